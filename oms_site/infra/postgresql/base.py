"""Django's engine for PostgreSQL with metrics, which does not keep every statement in memory where DEBUG is on.

The demo runs with DEBUG; the worker loops would format and keep each bulk statement of thousands of rows.
"""

from datetime import UTC

from django_prometheus.db.backends.postgresql import base
from psycopg import abc, adapters
from psycopg.pq import Format

_TIMES = adapters.types["timestamptz"].oid


class UtcLoader:
    """Reads times by psycopg's own loader, which is compiled. Django's does the same in Python, at ten microseconds a value."""

    format = Format.TEXT
    timezone = UTC
    """What Django asks a loader for, to see whether it fits the connection."""

    def __init__(self, oid: int, context: abc.AdaptContext | None = None) -> None:
        fastest = adapters.get_loader(_TIMES, Format.TEXT)
        if fastest is None:
            raise TypeError("psycopg has no loader of timestamptz")
        self.load = fastest(oid, context).load


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend; `force_debug_cursor` still turns the log of statements on."""

    @property
    def queries_logged(self) -> bool:
        """Whether statements are kept for `connection.queries`."""
        return bool(self.force_debug_cursor)

    def init_connection_state(self) -> None:
        """A connection that speaks UTC reads times quickly."""
        super().init_connection_state()
        if self.timezone_name == "UTC":
            self.connection.adapters.register_loader("timestamptz", UtcLoader)
