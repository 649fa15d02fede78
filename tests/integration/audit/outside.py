"""How tests act as the product, and as somebody at a database prompt."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


def sql(statement: str, *values: Any) -> None:
    """By hand, outside the product."""
    forget()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def forget() -> None:
    """What was said of who acts holds until the transaction ends: within a test's only one it is taken back, as if it had ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pghistory.context_id', '', true), set_config('pghistory.context_metadata', '', true)")


@contextmanager
def triggers_off() -> Iterator[None]:
    """As a superuser of the database can: for this transaction no trigger fires."""
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica")
        yield
        sql("SET LOCAL session_replication_role = DEFAULT")
