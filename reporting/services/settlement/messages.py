"""Rows into messages for the houses, by the outbox, each with its step: the same message cannot be written twice."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from marketdata import selectors as market_selectors
from oms_site.infra.bus import outbox
from reporting import selectors
from reporting.domain.objects import wide_text
from reporting.domain.settlement.odds import MILLION
from reporting.models import SettlementObligation, SettlementRules, SettlementStep
from reporting.services.settlement.rows import obligations_write, steps_write
from schemas.enums import SettlementAction
from schemas.messages import SettlementInstruction
from schemas.topics import SETTLEMENT_INSTRUCTIONS

_PERCENT = MILLION // 100


def instructions_send(
    rows: Sequence[SettlementObligation],
    action: SettlementAction,
    *,
    rules: SettlementRules,
    now: datetime,
    actor: Any = None,
    reason: str = "",
    price: int | None = None,
) -> None:
    """Tell the houses of locked rows; counts the attempt on each and stores it. Runs in the caller's transaction."""
    if not rows:
        return
    messages, steps = [], []
    for row, command_id in zip(rows, outbox.allocate_ids(len(rows)), strict=True):
        attempt = _counted(row, action, now.date())
        row.updated_at = now
        messages.append(_message(row, action, attempt, command_id, rules=rules, now=now, price=price))
        steps.append(_step(row, action, attempt, now=now, actor=actor, reason=reason))
    steps_write(steps)
    obligations_write(rows)
    outbox.add(messages, now=now, topic=SETTLEMENT_INSTRUCTIONS)


def _counted(row: SettlementObligation, action: SettlementAction, today: date) -> int:
    """The number of this attempt of the action."""
    match action:
        case SettlementAction.INSTRUCT:
            row.sent, row.tried_on = row.sent + 1, today
            return row.sent
        case SettlementAction.RELEASE:
            row.released, row.tried_on = row.released + 1, today
            return row.released
        case SettlementAction.CANCEL:
            row.cancel = "asked"
            return 1
    return row.steps.filter(word=action.value).count() + 1


def _message(
    row: SettlementObligation,
    action: SettlementAction,
    attempt: int,
    command_id: int,
    *,
    rules: SettlementRules,
    now: datetime,
    price: int | None,
) -> SettlementInstruction:
    terms, life = selectors.terms_of(row), selectors.life_of(row)
    odds = {name: int(getattr(rules, name) * _PERCENT) for name in ("fail", "late", "partial", "mismatch")}
    return SettlementInstruction(
        id=row.pk,
        command_id=command_id,
        action=action.value,
        account=terms.account,
        symbol=terms.symbol,
        side=terms.side,
        quantity=terms.quantity,
        amount=wide_text(terms.amount),
        currency=terms.currency,
        trade_date=row.trade_date.isoformat(),
        settlement_date=row.settlement_date.isoformat(),
        attempt=attempt,
        open_quantity=terms.quantity - life.settled,
        time=market_selectors.to_microseconds(now),
        offset_quantity=terms.offset_quantity,
        offset_amount=wide_text(terms.offset_amount),
        trade_id=row.trade_id or None,
        price=price,
        penalty_rate=selectors.penalty_rate(rules),
        odds=odds | {"seed": rules.seed},
    )


def _step(row: SettlementObligation, action: SettlementAction, attempt: int, *, now: datetime, actor: Any, reason: str) -> SettlementStep:
    return SettlementStep(
        id=f"{row.pk}:{action.value}.{attempt}",
        instruction=row,
        time=now,
        source="house" if actor is None else "desk",
        word=action.value,
        attempt=attempt,
        reason=reason,
        actor=actor,
    )
