"""The database backend: PostgreSQL with metrics."""
