"""How many orders of a symbol are open, by time in force: what a question about a market needs to know of the room above it."""

from django.db.models import Count

from orders.domain.state import OPEN
from orders.models import Order


def by_tif(symbol: str) -> dict[str, int]:
    """Time in force to the number of open orders; those without any are left out."""
    rows = Order.objects.filter(symbol=symbol, working__in=OPEN).order_by().values_list("tif").annotate(number=Count("pk"))
    return dict(rows)
