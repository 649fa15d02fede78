"""Who may do what with orders, and the locks under which it is done: accounts first, in order, then the order."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from orders.domain.state import OrderState
from orders.models import Order
from orders.selectors import order_visible
from orders.services.rows import orders_load
from risk import selectors as risk_selectors
from risk.domain.roles import MAY_CANCEL_ANY, MAY_TRADE
from risk.models import Account

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(now: datetime) -> int:
    """The time since the epoch, exact."""
    return (now - _EPOCH) // timedelta(microseconds=1)


def tradable(actor: Any) -> frozenset[str]:
    """Accounts the actor may enter orders for. Raises `Forbidden` for someone whose role enters none."""
    accounts = frozenset(risk_selectors.tradable_accounts(actor))
    if not accounts and not risk_selectors.roles(actor) & MAY_TRADE:
        raise Forbidden("your role does not enter orders")
    return accounts


def cancelable(actor: Any) -> frozenset[str]:
    """Accounts whose orders the actor may cancel. Raises `Forbidden` for someone whose role cancels none."""
    accounts = frozenset(risk_selectors.cancelable_accounts(actor))
    if not accounts and not risk_selectors.roles(actor) & (MAY_TRADE | MAY_CANCEL_ANY):
        raise Forbidden("your role does not cancel orders")
    return accounts


def foreign(field: str = "account") -> InvalidInput:
    """An account that is unknown and one that is another's are told alike."""
    return InvalidInput("account: unknown, or none you may trade", field=field)


def accounts_lock(codes: Iterable[str]) -> None:
    """Lock accounts, so that what is written for each of them gets its ids in commit order. Always in the order of their codes."""
    locked = Account.objects.select_for_update(no_key=True).filter(code__in=sorted(set(codes))).order_by("code")
    list(locked.values_list("code", flat=True))


def order_found(actor: Any, order_id: str, allowed: frozenset[str], what: str) -> Order:
    """The order, if the actor may see it and its account is among `allowed`. Raises `NotFound` or `Forbidden`."""
    order = order_visible(actor, order_id)
    if order is None:
        raise NotFound("there is no such order")
    if order.account_id not in allowed:
        raise Forbidden(f"you may not {what} orders of this account")
    return order


def order_locked(order: Order) -> tuple[OrderState, bool]:
    """The order as it stands and whether its cancel was requested, its account and itself locked until commit."""
    accounts_lock([order.account_id])
    return orders_load([order.pk], lock=True)[order.pk]
