"""Django's engine for PostgreSQL with metrics, which does not keep every statement in memory where DEBUG is on.

The demo runs with DEBUG; the worker loops would format and keep each bulk statement of thousands of rows.
"""

from django_prometheus.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend; `force_debug_cursor` still turns the log of statements on."""

    @property
    def queries_logged(self) -> bool:
        """Whether statements are kept for `connection.queries`."""
        return bool(self.force_debug_cursor)
