"""Writes audit entries, in the transaction of what they tell. Nobody changes or deletes one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection

from oms_site.infra.audit import heads
from oms_site.infra.audit.chain import Link, digest
from oms_site.infra.audit.correlation import correlation_now, request_now
from oms_site.infra.audit.models import AuditEntry

_COPY = """
COPY audit_auditentry
    (chain, seq, actor_id, action, object_type, object_id, detail, request_id, correlation_id, created_at, previous_hash, hash)
FROM STDIN
"""


class Entry(NamedTuple):
    """What is told of one object: the action in the past tense, and the values that changed."""

    action: str
    object_type: str
    object_id: str
    detail: dict[str, Any]


def record(
    *,
    chain: str,
    actor: Any,
    action: str,
    object_type: str,
    object_id: str,
    detail: dict[str, Any],
    request_id: str,
    now: datetime,
) -> AuditEntry:
    """Append one entry to a chain. Must run inside the transaction of the change it tells."""
    entry = Entry(action, object_type, object_id, detail)
    return record_many(chain=chain, actor=actor, entries=[entry], request_id=request_id, now=now)[0]


def record_many(*, chain: str, actor: Any, entries: Sequence[Entry], request_id: str, now: datetime) -> list[AuditEntry]:
    """Append entries of one request to a chain in one go. `actor` is a user, or None for the system itself.

    Without a `request_id` the entries carry that of the request or task that runs, and what began the chain it goes on with.
    The entries returned are as written, without their ids.
    The chain is locked until commit, so that no two transactions link to the same head.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit entry belongs into the transaction of the change it tells")
    head = heads.locked(chain)
    seq, previous = head.seq, head.hash
    actor_id = getattr(actor, "pk", None)
    request_id, now = request_id or request_now(), now.astimezone(UTC)
    correlation_id = "" if correlation_now() == request_id else correlation_now()
    rows = []
    for entry in entries:
        seq += 1
        about = (entry.action, entry.object_type, entry.object_id, entry.detail)
        link = Link(chain, seq, actor_id, *about, request_id, now, correlation_id)
        hashed = digest(link, previous)
        rows.append(AuditEntry(**link._asdict(), previous_hash=previous, hash=hashed))
        previous = hashed
    if rows:
        _store(rows)
        heads.move(head, seq=seq, hashed=previous)
    return rows


def _store(rows: Sequence[AuditEntry]) -> None:
    """By COPY: for a bulk of orders the rows of an ORM insert would cost as much as everything else together."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            detail = orjson.dumps(row.detail).decode()
            copy.write_row(
                (
                    *(row.chain, row.seq, row.actor_id, row.action, row.object_type, row.object_id, detail, row.request_id),
                    *(row.correlation_id, row.created_at, row.previous_hash, row.hash),
                )
            )
