"""A plausible past for a database that is measured: years of it in minutes. Nothing of it comes from the log."""
