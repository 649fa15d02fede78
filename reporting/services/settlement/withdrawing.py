"""A trade that was busted or corrected before it settled: what was instructed is cancelled, with what takes it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from reporting import selectors
from reporting.domain.settlement.table import FINAL, TRANSITIONS, Own, State
from reporting.models import SettlementObligation, SettlementRules, SettlementStep
from reporting.services.settlement.messages import instructions_send
from reporting.services.settlement.rows import obligations_write, steps_write
from schemas.enums import SettlementAction


class Withdrawn(NamedTuple):
    """How many ended cancelled, how many the clearing house was asked to cancel, and which wait for its answer."""

    withdrawn: int
    asked: int
    held: Sequence[str]


def obligations_withdraw(*, rules: SettlementRules, now: datetime, most: int) -> Withdrawn:
    """Cancel pairs nobody has been told of; ask for the cancel of what was told and not released. What is released settles both ways.

    Runs in the caller's transaction.
    """
    unsent = SettlementObligation.objects.filter(status=State.INSTRUCTED.value, sent=0, reversal=True)
    rows = list(unsent.select_for_update(of=("self",)).order_by("id")[:most])
    known = selectors.taken_back(rows) if rows else {}
    ended, asked, held = [], [], []
    for row in rows:
        first = known.get(row.pk)
        if first is None or (first.quantity, first.amount) != (row.quantity, row.amount):
            continue
        if first.status == State.CANCELLED:
            ended.append(row)
        elif first.status == State.INSTRUCTED and not first.sent:
            ended += [first, row]
        elif State(first.status) not in FINAL and not first.released and not first.settled_quantity and first.cancel != "refused":
            held.append(row.pk)
            if not first.cancel:
                asked.append(first)
    _cancel(ended, now)
    instructions_send(asked, SettlementAction.CANCEL, rules=rules, now=now)
    return Withdrawn(len(ended), len(asked), held)


def _cancel(rows: Sequence[SettlementObligation], now: datetime) -> None:
    for row in rows:
        row.status, row.updated_at = TRANSITIONS[State(row.status), Own.WITHDRAWN].value, now
    obligations_write(rows)
    steps_write(
        [SettlementStep(id=f"{row.pk}:withdrawn", instruction=row, time=now, source="house", word=Own.WITHDRAWN.value) for row in rows]
    )
