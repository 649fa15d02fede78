"""What happened to rows: a trigger's record of every change of a controlled table, whoever made it, and the page of a row's history."""
