"""Who may do what with orders, and the locks under which it is done: accounts first, in order, then the order."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db.models import Exists

from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from orders.domain.desk import DESK, DeskAction, Source
from orders.domain.state import OrderState
from orders.models import Order
from orders.selectors import order_visible
from orders.services.rows import orders_load
from risk import selectors as risk_selectors
from risk.domain.roles import MAY_CANCEL_ANY, MAY_TRADE, Role
from risk.models import Account

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(now: datetime) -> int:
    """The time since the epoch, exact."""
    return (now - _EPOCH) // timedelta(microseconds=1)


class Trading(NamedTuple):
    """Accounts somebody may enter orders for, and whether as a sales trader: then they are orders the desk took."""

    accounts: frozenset[str]
    for_clients: bool

    def source(self, door: Source) -> Source:
        """Where an order that came through this door came from."""
        return Source.DESK if self.for_clients else door


def trading(actor: Any) -> Trading:
    """What the actor may trade. One query. Raises `Forbidden` for someone whose role enters no orders."""
    sales = Exists(Group.objects.filter(user=actor.pk, name=Role.SALES.value))
    rows = list(risk_selectors.accounts_tradable(actor).annotate(sales=sales).values_list("code", "sales"))
    if not rows and not risk_selectors.roles(actor) & MAY_TRADE:
        raise Forbidden("your role does not enter orders")
    return Trading(frozenset(code for code, _ in rows), bool(rows and rows[0][1]))


def tradable(actor: Any) -> frozenset[str]:
    """Accounts the actor may enter orders for. Raises `Forbidden` for someone whose role enters none."""
    return trading(actor).accounts


def desk_may(actor: Any, action: DeskAction) -> bool:
    """Whether one of the actor's roles may do this to orders that are not the actor's own."""
    return bool(risk_selectors.roles(actor) & DESK[action])


def require_desk(actor: Any, action: DeskAction) -> None:
    """Raise `Forbidden` unless the actor may."""
    if not desk_may(actor, action):
        raise Forbidden(f"{action.value.replace('_', ' ')}: needs the role {' or '.join(sorted(DESK[action]))}")


def cancelable(actor: Any) -> frozenset[str]:
    """Accounts whose orders the actor may cancel. Raises `Forbidden` for someone whose role cancels none."""
    accounts = frozenset(risk_selectors.cancelable_accounts(actor))
    if not accounts and not risk_selectors.roles(actor) & (MAY_TRADE | MAY_CANCEL_ANY):
        raise Forbidden("your role does not cancel orders")
    return accounts


def foreign(field: str = "account") -> InvalidInput:
    """An account that is unknown and one that is another's are told alike."""
    return InvalidInput("account: unknown, or none you may trade", field=field)


def accounts_lock(codes: Iterable[str]) -> dict[str, str]:
    """Lock accounts, so that what is written for each of them gets its ids in commit order; the self-trade group of each ("" for none).

    Always in the order of their codes.
    """
    locked = Account.objects.select_for_update(no_key=True).filter(code__in=sorted(set(codes))).order_by("code")
    return dict(locked.values_list("code", "self_trade_group"))


def order_found(actor: Any, order_id: str, allowed: frozenset[str] | None, what: str) -> Order:
    """The order, if the actor may see it and its account is among `allowed` (None: any). Raises `NotFound` or `Forbidden`."""
    order = order_visible(actor, order_id)
    if order is None:
        raise NotFound("there is no such order")
    if allowed is not None and order.account_id not in allowed:
        raise Forbidden(f"you may not {what} orders of this account")
    return order


def order_locked(order: Order) -> tuple[OrderState, bool]:
    """The order as it stands and whether its cancel was requested, its account and itself locked until commit."""
    accounts_lock([order.account_id])
    return orders_load([order.pk], lock=True)[order.pk]
