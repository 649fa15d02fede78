"""Which orders are open: what questions about a market or a kill need to know of the room above them."""

from decimal import Decimal

from django.db.models import Count, QuerySet

from orders.domain.state import OPEN
from orders.models import Order
from risk import selectors as risk_selectors


def by_tif(symbol: str) -> dict[str, int]:
    """Time in force to the number of open orders; those without any are left out."""
    rows = Order.objects.filter(symbol=symbol, working__in=OPEN).order_by().values_list("tif").annotate(number=Count("pk"))
    return dict(rows)


def in_scope(scope: str, key: str) -> QuerySet[Order, tuple[str, str, str, Decimal]]:
    """(account, symbol, side, open quantity) of every open order of a firm, desk, account, trader or instrument, in entry order.

    Not read yet: whoever wants to know only how many lets the database count.
    """
    orders = Order.objects.filter(working__in=OPEN)
    match scope:
        case "account":
            orders = orders.filter(account=key)
        case "desk":
            orders = orders.filter(account__in=risk_selectors.desk_accounts(key))
        case "trader":
            orders = orders.filter(entered_by__username=key)
        case "instrument":
            orders = orders.filter(symbol=key)
    return orders.order_by("created_at", "id").values_list("account", "symbol", "side", "leaves_quantity")
