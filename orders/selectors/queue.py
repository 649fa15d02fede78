"""How much trades before a resting order: from the depth at better prices, from the orders' own lives at its price."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from orders.domain.explain import Ahead
from orders.models import Execution, Order
from schemas.enums import ExecType, OrderStatus, OrderType, Side, TimeInForce

MOST = 500
"""Orders at one price that are looked at; of a longer queue it is told that there are at least so many."""

_ENTERS = frozenset({ExecType.NEW.value, ExecType.TRIGGERED.value})
_CHANGES = frozenset({ExecType.REPLACED.value, ExecType.RESTATED.value})
_IN_BOOK = Q(type=OrderType.LIMIT) | Q(type=OrderType.STOP_LIMIT, triggered=True)
_PARKED = (TimeInForce.AT_CLOSE.value, TimeInForce.AT_OPEN.value)


def ahead_of(order: Order, book: Mapping[str, Any]) -> Ahead | None:
    """What is before it; None for an order that is not in the book. `book` is what `book_snapshot` gives."""
    if order.price is None or (order.tif in _PARKED and book["phase"] == "continuous"):
        return None
    levels = book["bids"] if order.side == Side.BUY.value else book["asks"]
    better = [(Decimal(quantity), orders) for price, quantity, orders in levels if _is_better(order, Decimal(price))]
    rivals = list(_rivals(order)[: MOST + 1])
    since = places([order.pk, *(rival.pk for rival in rivals)])
    own = since.get(order.pk)
    if own is None:
        return None
    earlier = [rival for rival in rivals[:MOST] if rival.pk in since and (since[rival.pk], rival.pk) < (own, order.pk)]
    return Ahead(
        sum((quantity for quantity, _ in better), Decimal(0)),
        sum(orders for _, orders in better),
        sum((_shown(rival) for rival in earlier), Decimal(0)),
        len(earlier),
        len(rivals) <= MOST,
    )


def _is_better(order: Order, price: Decimal) -> bool:
    own = order.price or Decimal(0)
    return price > own if order.side == Side.BUY.value else price < own


def _rivals(order: Order) -> Any:
    """Resting orders of its side at its price, whosever they are: their number alone is told."""
    working = (OrderStatus.NEW.value, OrderStatus.PARTIALLY_FILLED.value)
    same = Order.objects.filter(_IN_BOOK, symbol=order.symbol_id, side=order.side, price=order.price, working__in=working)
    return same.exclude(pk=order.pk).exclude(tif__in=_PARKED).order_by("id")


def _shown(order: Order) -> Decimal:
    return order.leaves_quantity if order.display_quantity is None else min(order.display_quantity, order.leaves_quantity)


def places(ids: Collection[str]) -> dict[str, datetime]:
    """Since when each order has the place it has: its acceptance, or its last change that cost the place. Others are left out."""
    steps = Execution.objects.filter(order__in=ids, type__in=_ENTERS | _CHANGES).order_by("order_id", "order_seq")
    return _places(steps.values_list("order_id", "type", "price", "quantity", "time"))


def _places(steps: Iterable[tuple[str, str, Decimal | None, Decimal, datetime]]) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    terms: dict[str, tuple[Decimal | None, Decimal]] = {}
    for order, kind, price, quantity, time in steps:
        was = terms.get(order)
        if kind in _ENTERS or was is None or (price != was[0] and not _is_split(was, price, quantity)) or _grew(was, price, quantity):
            since[order] = time
        terms[order] = (price, quantity)
    return since


def _grew(was: tuple[Decimal | None, Decimal], price: Decimal | None, quantity: Decimal) -> bool:
    return quantity > was[1] and not _is_split(was, price, quantity)


def _is_split(was: tuple[Decimal | None, Decimal], price: Decimal | None, quantity: Decimal) -> bool:
    """A split keeps the notional, and the place."""
    return was[0] is not None and price is not None and price != was[0] and was[0] * was[1] == price * quantity
