"""Mass cancel: every order a scope covers, parked stops included."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, QuerySet

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from oms_site.infra.errors import Forbidden, InvalidInput
from orders.domain.desk import DeskAction
from orders.domain.entry import Scope
from orders.domain.state import OPEN
from orders.models import Order
from orders.selectors import open_orders
from orders.services.access import accounts_lock, cancelable, desk_may, foreign, microseconds
from schemas.enums import GOOD_TILL, SPARE_GOOD_TILL, CommandType, Reason
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
    asked = {"user": actor.get_username(), "reason": Reason.CANCEL_REQUESTED.value}
    with transaction.atomic():
        covered = _covered_locked(open_orders(accounts), scope)
        _told("orders_cancel_requested", covered, scope, actor=actor, request_id=request_id, now=now)
        _send(covered, scope, asked, now)
    return MassCancel(sum(covered.values()))


def orders_of_trader_cancel(*, scope: Scope, now: datetime) -> MassCancel:
    """Cancel what a trader who has lost the connection has open, of one account or of all, but for good-till orders.

    Nobody asks for it at this moment: the trader did when the session began, or a limit wants it so.
    """
    asked = {"user": scope.trader, "reason": Reason.DISCONNECTED.value, "attributes": {SPARE_GOOD_TILL: 1}}
    open_ = Order.objects.filter(working__in=OPEN) if scope.account is None else open_orders([scope.account])
    with transaction.atomic():
        covered = _covered_locked(open_.exclude(tif__in=GOOD_TILL), scope)
        _told("orders_canceled_on_disconnect", covered, scope, actor=None, request_id="", now=now)
        _send(covered, scope, asked, now)
    return MassCancel(sum(covered.values()))


def _covered_locked(orders: QuerySet[Order], scope: Scope) -> dict[str, int]:
    """Accounts with orders in scope and how many, looked up again under their locks."""
    accounts_lock(_in_scope(orders, scope))
    return _in_scope(orders, scope)


def _told(action: str, covered: Mapping[str, int], scope: Scope, *, actor: Any, request_id: str, now: datetime) -> None:
    for account, orders in sorted(covered.items()):
        detail = {"symbol": scope.symbol, "side": scope.side, "trader": scope.trader, "reason": scope.reason, "orders": orders}
        entry = audit.Entry(action, "account", account, detail)
        audit.record_many(chain=account, actor=actor, entries=[entry], request_id=request_id, now=now)


def _send(covered: Mapping[str, int], scope: Scope, asked: Mapping[str, Any], now: datetime) -> None:
    """One command an account."""
    if not covered:
        return
    ids = outbox.allocate_ids(len(covered))
    outbox.add([_command(scope, account, ids[index], asked, now) for index, account in enumerate(sorted(covered))], now=now)


def _require_trader(actor: Any, trader: str | None) -> None:
    if trader is None or trader == actor.get_username():
        return
    if not desk_may(actor, DeskAction.OTHERS_MASS_CANCEL):
        raise Forbidden("you may cancel what you entered yourself; another trader's orders are the desk's to cancel")
    if not get_user_model().objects.filter(username=trader).exists():
        raise InvalidInput("trader: there is no such user", field="trader")


def _in_scope(orders: QuerySet[Order], scope: Scope) -> dict[str, int]:
    """Accounts with orders in scope that no cancel is on its way for, and how many."""
    orders = orders.filter(cancel_requested=False, cancel_pending=False)
    if scope.symbol is not None:
        orders = orders.filter(symbol_id=scope.symbol)
    if scope.side is not None:
        orders = orders.filter(side=scope.side)
    if scope.trader is not None:
        orders = orders.filter(entered_by__username=scope.trader)
    return dict(orders.values_list("account_id").annotate(count=Count("pk")).order_by())


def _command(scope: Scope, account: str, command_id: int, asked: Mapping[str, Any], now: datetime) -> OrderCommand:
    return OrderCommand(
        command=CommandType.MASS_CANCEL.value,
        command_id=command_id,
        id="",
        account=account,
        symbol=scope.symbol or "",
        time=microseconds(now),
        side=scope.side,
        trader=scope.trader,
        **asked,
    )
