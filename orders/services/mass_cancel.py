"""Mass cancel: every order a scope covers, parked stops included."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from oms_site.infra.errors import Forbidden, InvalidInput
from orders.domain.desk import DeskAction
from orders.domain.entry import Scope
from orders.selectors import open_orders
from orders.services.access import accounts_lock, cancelable, desk_may, foreign, microseconds
from schemas.enums import CommandType, Reason
from schemas.messages import OrderCommand


class MassCancel(NamedTuple):
    """How many orders a mass cancel covers."""

    requested: int


def orders_mass_cancel(*, actor: Any, scope: Scope, now: datetime, request_id: str) -> MassCancel:
    """Ask for the cancel of every order in scope that was acknowledged before, one command an account.

    Raises `Forbidden`, also where another trader's orders are named by somebody who is not at the desk; `InvalidInput` for an account that
    is unknown or another's, and for a trader nobody knows.
    """
    allowed = cancelable(actor)
    if scope.account is not None and scope.account not in allowed:
        raise foreign()
    _require_trader(actor, scope.trader)
    accounts = allowed if scope.account is None else {scope.account}
    with transaction.atomic():
        accounts_lock(_with_open_orders(accounts, scope))
        covered = _with_open_orders(accounts, scope)
        for account, orders in sorted(covered.items()):
            detail = {"symbol": scope.symbol, "side": scope.side, "trader": scope.trader, "reason": scope.reason, "orders": orders}
            entry = audit.Entry("orders_cancel_requested", "account", account, detail)
            audit.record_many(chain=account, actor=actor, entries=[entry], request_id=request_id, now=now)
        if covered:
            ids = outbox.allocate_ids(len(covered))
            user, time = actor.get_username(), microseconds(now)
            commands = [_command(scope, account, ids[index], user, time) for index, account in enumerate(sorted(covered))]
            outbox.add(commands, now=now)
    return MassCancel(sum(covered.values()))


def _require_trader(actor: Any, trader: str | None) -> None:
    if trader is None or trader == actor.get_username():
        return
    if not desk_may(actor, DeskAction.OTHERS_MASS_CANCEL):
        raise Forbidden("you may cancel what you entered yourself; another trader's orders are the desk's to cancel")
    if not get_user_model().objects.filter(username=trader).exists():
        raise InvalidInput("trader: there is no such user", field="trader")


def _with_open_orders(accounts: Any, scope: Scope) -> dict[str, int]:
    """Accounts with open orders in scope that no cancel is on its way for, and how many."""
    orders = open_orders(accounts).filter(cancel_requested=False, cancel_pending=False)
    if scope.symbol is not None:
        orders = orders.filter(symbol_id=scope.symbol)
    if scope.side is not None:
        orders = orders.filter(side=scope.side)
    if scope.trader is not None:
        orders = orders.filter(entered_by__username=scope.trader)
    return dict(orders.values_list("account_id").annotate(count=Count("pk")).order_by())


def _command(scope: Scope, account: str, command_id: int, user: str, time: int) -> OrderCommand:
    return OrderCommand(
        command=CommandType.MASS_CANCEL.value,
        command_id=command_id,
        id="",
        account=account,
        symbol=scope.symbol or "",
        time=time,
        side=scope.side,
        user=user,
        reason=Reason.CANCEL_REQUESTED.value,
        trader=scope.trader,
    )
