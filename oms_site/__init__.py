"""The composition root: settings, URLs, which worker reads which topics, and the infrastructure below all apps."""
