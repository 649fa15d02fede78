"""Rows of settlement, in bulk: what a batch changes of instructions is one statement, its steps are one COPY."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from oms_site.infra.postgresql.arrays import columns_text
from oms_site.infra.postgresql.copying import NULL, copy_rows
from reporting.models import SettlementObligation, SettlementStep

_CHANGE = {
    "status": "text",
    "settled_quantity": "numeric",
    "settled_amount": "numeric",
    "penalties": "numeric",
    "deliveries": "smallint",
    "matched": "boolean",
    "reason": "text",
    "fault": "text",
    "cancel": "text",
    "sent": "smallint",
    "released": "smallint",
    "updated_at": "timestamptz",
}
"""Columns that change in a life, and what they are."""
_WRITE = f"""
UPDATE reporting_settlementobligation AS held SET
    tried_on = nullif(t.tried_on, '')::date, {", ".join(f"{name} = t.{name}" for name in _CHANGE)}
FROM unnest(%s::text[], %s::text[], {", ".join(f"%s::{kind}[]" for kind in _CHANGE.values())})
    AS t (id, tried_on, {", ".join(_CHANGE)})
WHERE held.id = t.id
"""  # noqa: S608 - names from the code
_NET = """
UPDATE reporting_settlementobligation AS held SET status = 'netted', net_id = t.net_id, updated_at = %s
FROM unnest(%s::text[], %s::text[]) AS t (id, net_id) WHERE held.id = t.id
"""
_STEPS = """reporting_settlementstep (id, instruction_id, time, source, word, attempt, quantity, amount, penalty, compensation, reason,
    effect, entry, actor_id)"""


def obligations_write(rows: Iterable[SettlementObligation]) -> None:
    """Store where locked instructions stand now."""
    told = [(row.pk, row.tried_on or "", *(getattr(row, name) for name in _CHANGE)) for row in rows]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, columns_text(told))


def obligations_netted(nets: Sequence[tuple[str, str]], now: datetime) -> None:
    """End instructions as netted: each one's id, and the id of what it was netted into."""
    if nets:
        with connection.cursor() as cursor:
            cursor.execute(_NET, [now, *columns_text(nets)])


def steps_write(steps: Sequence[SettlementStep]) -> None:
    """Store what happened. Raises `IntegrityError` for what was told before."""
    with connection.cursor() as cursor:
        copy_rows(cursor, _STEPS, [_step(step) for step in steps])


def _step(step: SettlementStep) -> tuple[str, ...]:
    amounts = (str(step.quantity), str(step.amount), str(step.penalty), str(step.compensation))
    entry, actor = (NULL if value is None else str(value) for value in (step.entry, step.actor_id))
    said = (step.source, step.word, str(step.attempt))
    return (step.pk, step.instruction_id, str(step.time), *said, *amounts, step.reason, step.effect, entry, actor)
