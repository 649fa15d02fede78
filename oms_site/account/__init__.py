"""A person's own pages: password, one-time codes, sessions, tokens."""
