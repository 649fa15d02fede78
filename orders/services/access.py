"""Who may do what with orders, and the locks under which it is done: accounts first, in order, then the order."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import Group
from django.db.models import Exists

from marketdata import selectors as market_selectors
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound, OmsError
from orders.domain.desk import DESK, DeskAction, Source
from orders.domain.state import OrderState
from orders.models import Order
from orders.selectors import order_visible
from orders.services.rows import orders_load
from risk import selectors as risk_selectors
from risk.domain.entitlements import Grant, gap
from risk.domain.roles import MAY_CANCEL_ANY, MAY_TRADE, Role
from risk.models import Account
from schemas.enums import Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(now: datetime) -> int:
    """The time since the epoch, exact."""
    return (now - _EPOCH) // timedelta(microseconds=1)


class NotEntitled(Forbidden):
    """The account is one the actor trades, but not this side, order type or instrument; `field` says which. HTTP 403."""

    default_code = Reason.NOT_ENTITLED.value


class Trading(NamedTuple):
    """What somebody may trade, by account, and whether as a sales trader: then they are orders the desk took."""

    grants: Mapping[str, tuple[Grant, ...]]
    for_clients: bool

    def source(self, door: Source) -> Source:
        """Where an order that came through this door came from."""
        return Source.DESK if self.for_clients else door

    def refusal(self, account: str, side: str, kind: str, symbol: str, groups: Mapping[str, str]) -> OmsError | None:
        """Why the order may not be entered, None when it may; `groups` are those of `groups_needed`."""
        grants = self.grants.get(account)
        if grants is None:
            return foreign()
        missing = gap(grants, account, side, kind, groups.get(symbol, ""))
        if missing is None:
            return None
        return NotEntitled(f"{missing}: you are not entitled to this on account {account}", field=missing)

    def groups_needed(self, orders: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Instrument to group, for (account, symbol) of some orders. A query only where a grant is for one group."""
        symbols = {symbol for account, symbol in orders if any(grant.group for grant in self.grants.get(account, ()))}
        return market_selectors.instrument_groups(symbols) if symbols else {}


def trading(actor: Any) -> Trading:
    """What the actor may trade. One query. Raises `Forbidden` for someone whose role enters no orders."""
    sales = Exists(Group.objects.filter(user=actor.pk, name=Role.SALES.value))
    rows = list(
        risk_selectors.entitlements_to_trade(actor).annotate(sales=sales).values_list("account_id", "side", "types", "group", "sales")
    )
    if not rows and not risk_selectors.roles(actor) & MAY_TRADE:
        raise Forbidden("your role does not enter orders")
    grants: dict[str, tuple[Grant, ...]] = {}
    for account, side, types, group, _ in rows:
        grants[account] = (*grants.get(account, ()), risk_selectors.grant_of(account, side, types, group))
    return Trading(grants, bool(rows and rows[0][-1]))


def require_entitled(actor: Any, order: Order) -> None:
    """Raise `Forbidden` unless the actor could enter an order like this one now: its account, side, type and instrument."""
    may = trading(actor)
    symbol = order.symbol_id
    refusal = may.refusal(order.account_id, order.side, order.type, symbol, may.groups_needed([(order.account_id, symbol)]))
    if isinstance(refusal, NotEntitled):
        raise refusal
    if refusal is not None:
        raise Forbidden("you may not change orders of this account")


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
