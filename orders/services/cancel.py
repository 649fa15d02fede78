"""Cancels: of one order, and of all that a scope covers."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from orders.domain.entry import Scope
from orders.domain.objects import order_object
from orders.domain.state import OrderState
from orders.models import Order
from orders.selectors import open_orders
from orders.services.access import accounts_lock, cancelable, foreign, microseconds, order_found, order_locked
from orders.services.errors import OrderNotCancellable
from schemas.enums import CommandType, Reason
from schemas.messages import OrderCommand

_REASON = Reason.CANCEL_REQUESTED.value


class MassCancel(NamedTuple):
    """How many orders a mass cancel covers."""

    requested: int


def order_cancel(*, actor: Any, order_id: str, now: datetime, request_id: str, reason: str = "") -> dict[str, Any]:
    """Ask for an order's cancel; the order as it stands. While a cancel is under way, another request changes nothing.

    Raises `NotFound`, `Forbidden`, `OrderNotCancellable`.
    """
    found = order_found(actor, order_id, cancelable(actor), "cancel")
    with transaction.atomic():
        order, requested = order_locked(found)
        if order.cancel_pending or (requested and order.is_open):
            return order_object(order)
        if not order.is_open:
            raise OrderNotCancellable(f"the order is {order.status}: there is nothing to cancel")
        Order.objects.filter(pk=order_id).update(cancel_requested=True)
        audit.record(
            chain=order.identity.account,
            actor=actor,
            action="order_cancel_requested",
            object_type="order",
            object_id=order_id,
            detail={"leaves_quantity": order_object(order)["leaves_quantity"], "reason": reason},
            request_id=request_id,
            now=now,
        )
        outbox.add([_cancel(order, outbox.allocate_ids(1)[0], actor.get_username(), microseconds(now))], now=now)
    return order_object(order)


def orders_mass_cancel(*, actor: Any, scope: Scope, now: datetime, request_id: str) -> MassCancel:
    """Ask for the cancel of every order in scope that was acknowledged before, one command an account.

    Raises `Forbidden`, and `InvalidInput` for an account that is unknown or another's.
    """
    allowed = cancelable(actor)
    if scope.account is not None and scope.account not in allowed:
        raise foreign()
    accounts = allowed if scope.account is None else {scope.account}
    with transaction.atomic():
        accounts_lock(_with_open_orders(accounts, scope))
        covered = _with_open_orders(accounts, scope)
        for account, orders in sorted(covered.items()):
            detail = {"symbol": scope.symbol, "side": scope.side, "reason": scope.reason, "orders": orders}
            entry = audit.Entry("orders_cancel_requested", "account", account, detail)
            audit.record_many(chain=account, actor=actor, entries=[entry], request_id=request_id, now=now)
        if covered:
            ids = outbox.allocate_ids(len(covered))
            user, time = actor.get_username(), microseconds(now)
            commands = [_mass(scope, account, ids[index], user, time) for index, account in enumerate(sorted(covered))]
            outbox.add(commands, now=now)
    return MassCancel(sum(covered.values()))


def _with_open_orders(accounts: Any, scope: Scope) -> dict[str, int]:
    """Accounts with open orders in scope that no cancel is on its way for, and how many."""
    orders = open_orders(accounts).filter(cancel_requested=False, cancel_pending=False)
    if scope.symbol is not None:
        orders = orders.filter(symbol_id=scope.symbol)
    if scope.side is not None:
        orders = orders.filter(side=scope.side)
    return dict(orders.values_list("account_id").annotate(count=Count("pk")).order_by())


def _cancel(order: OrderState, command_id: int, user: str, time: int) -> OrderCommand:
    """The command, with the order's terms, so that whoever has forgotten the order can still say which one it was."""
    identity = order.identity
    return OrderCommand(
        command=CommandType.CANCEL.value,
        command_id=command_id,
        id=identity.id,
        account=identity.account,
        symbol=identity.symbol,
        time=time,
        side=identity.side,
        type=identity.type,
        tif=identity.tif,
        quantity=order.quantity,
        price=order.price,
        user=user,
        reason=_REASON,
    )


def _mass(scope: Scope, account: str, command_id: int, user: str, time: int) -> OrderCommand:
    return OrderCommand(
        command=CommandType.MASS_CANCEL.value,
        command_id=command_id,
        id="",
        account=account,
        symbol=scope.symbol or "",
        time=time,
        side=scope.side,
        user=user,
        reason=_REASON,
    )
