"""What the desk does about a fail: take it, try again at once, have it bought in. Each with a reason, a step and an audit entry."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, NotFound
from reporting import selectors
from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation, SettlementStep
from reporting.services.settlement.access import SETTLEMENT_DESK, require, said
from reporting.services.settlement.messages import instructions_send
from schemas.enums import SettlementAction
from schemas.units import from_units


class NotAFail(Conflict):
    """The instruction has not failed, or no longer. HTTP 409."""

    default_code = "not_a_fail"


class BuyInTooEarly(Conflict):
    """It is not late enough, or there is no price to buy at. HTTP 409."""

    default_code = "buy_in_refused"


def fail_own(*, actor: Any, instruction_id: str, reason: str, now: datetime, request_id: str = "") -> SettlementObligation:
    """Make the actor the owner of a fail. Raises `Forbidden`, `InvalidInput`, `NotFound`, `NotAFail`."""

    def own(row: SettlementObligation) -> dict[str, Any]:
        before, row.owner, row.updated_at = row.owner, actor, now
        row.save(update_fields=["owner", "updated_at"])
        number = row.steps.filter(word="own").count() + 1
        told = {"time": now, "source": "desk", "word": "own", "attempt": number, "reason": reason.strip(), "actor": actor}
        SettlementStep.objects.create(id=f"{row.pk}:own.{number}", instruction=row, **told)
        return {"owner": [None if before is None else before.get_username(), actor.get_username()]}

    return _act(own, "settlement_fail_owned", actor, instruction_id, reason, now=now, request_id=request_id)


def fail_retry(*, actor: Any, instruction_id: str, reason: str, now: datetime, request_id: str = "") -> SettlementObligation:
    """Ask for the delivery again at once, or tell the terms again where they did not match. Raises as `fail_own`."""

    def retry(row: SettlementObligation) -> dict[str, Any]:
        action = SettlementAction.RELEASE if row.matched else SettlementAction.INSTRUCT
        instructions_send([row], action, rules=selectors.settlement_rules(), now=now, actor=actor, reason=reason.strip())
        return {"action": action.value, "attempt": row.released if row.matched else row.sent}

    return _act(retry, "settlement_fail_retried", actor, instruction_id, reason, now=now, request_id=request_id)


def fail_buy_in(*, actor: Any, instruction_id: str, reason: str, now: datetime, request_id: str = "") -> SettlementObligation:
    """Have the clearing house buy in what is open, at the newest good quote's middle: nobody types a price that moves a client's money.

    Raises as `fail_own`, and `BuyInTooEarly` before the day the rules name, without securities to buy, or without a good quote.
    """

    def buy_in(row: SettlementObligation) -> dict[str, Any]:
        rules = selectors.settlement_rules()
        days = selectors.days_open(row, now.date())
        if days < rules.buy_in_days:
            raise BuyInTooEarly(f"{row.pk}: {days} days late; a buy-in is for what is {rules.buy_in_days} days late")
        mark = selectors.marks([row.symbol_id]).get(row.symbol_id)
        if mark is None or not selectors.open_quantity(row):
            raise BuyInTooEarly(f"{row.pk}: no good quote of {row.symbol_id} to buy at, or nothing to buy: retry it instead")
        instructions_send([row], SettlementAction.BUY_IN, rules=rules, now=now, actor=actor, reason=reason.strip(), price=mark.price)
        return {"price": str(from_units(mark.price)), "quantity": str(selectors.open_quantity(row))}

    return _act(buy_in, "settlement_buy_in_asked", actor, instruction_id, reason, now=now, request_id=request_id)


def _act(
    change: Callable[[SettlementObligation], dict[str, Any]],
    action: str,
    actor: Any,
    instruction_id: str,
    reason: str,
    *,
    now: datetime,
    request_id: str,
) -> SettlementObligation:
    """Under the row's lock: the change, and the audit entry that tells of it."""
    require(actor, SETTLEMENT_DESK, "act on a failed settlement")
    text = said(reason)
    with transaction.atomic():
        row = SettlementObligation.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=instruction_id).first()
        if row is None or not selectors.obligations_visible(actor).filter(pk=row.pk).exists():
            raise NotFound(f"there is no settlement instruction {instruction_id}")
        if row.status != State.FAILED:
            raise NotAFail(f"{row.pk} is {row.status}: only a fail is taken, retried or bought in")
        detail = change(row)
        audit.record(
            chain="settlement",
            actor=actor,
            action=action,
            object_type="settlement_instruction",
            object_id=row.pk,
            detail=detail | {"reason": text},
            request_id=request_id,
            now=now,
        )
    return row
