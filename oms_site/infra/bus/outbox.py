"""The outbox: commands written in the transaction of what they announce, sent by the relay afterwards. ADR 0004.

Ids are taken from the table's own sequence before the rows are written, because the command carries its id. Callers hold the lock that
makes ids rise in commit order: the account's row for an account's commands, `publish_control` its own for controls.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import connection

from schemas.codec import current_version, encode
from schemas.messages import OrderCommand, SettlementInstruction
from schemas.topics import ORDERS, Topic

CHANNEL = "outbox"
"""The PostgreSQL channel that wakes the relay."""
EVERY_PARTITION = "*"
"""Key of a control, which goes to every partition by number."""

_COPY = "COPY bus_outboxmessage (id, topic, key, partition, schema_version, body, created_at) FROM STDIN"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def allocate_ids(count: int) -> list[int]:
    """That many ids, rising. One round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('bus_outboxmessage', 'id')) FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def add(commands: Sequence[OrderCommand] | Sequence[SettlementInstruction], *, now: datetime, topic: Topic = ORDERS) -> None:
    """Write an account's commands; each one's `command_id` (from `allocate_ids`) is its row's id. The relay wakes at commit."""
    version = current_version(topic.record)
    _insert([(command.command_id, topic.name, getattr(command, topic.key), None, version, encode(command), now) for command in commands])


def publish_control(command: OrderCommand, *, ahead: Topic | None = None) -> int:
    """Write a control to every partition of `orders` under one command id, which it returns, and before that to the topic `ahead`.

    Controls are given their ids one transaction at a time, so that they rise in commit order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('outbox:controls', 1))")
    (command_id, *row_ids) = allocate_ids(ORDERS.partitions + 1)
    body = encode(replace(command, command_id=command_id))
    created_at = _EPOCH + timedelta(microseconds=command.time)
    version = current_version(ORDERS.record)
    rows = [] if ahead is None else [(command_id, ahead.name, EVERY_PARTITION, 0, version, body, created_at)]
    rows += [(row_id, ORDERS.name, EVERY_PARTITION, partition, version, body, created_at) for partition, row_id in enumerate(row_ids)]
    _insert(rows)
    return command_id


def _insert(rows: Iterable[tuple[int, str, str, int | None, int, bytes, datetime]]) -> None:
    """By COPY: for a bulk of orders the rows of an ORM insert would cost several times as much."""
    with connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"NOTIFY {CHANNEL}")
