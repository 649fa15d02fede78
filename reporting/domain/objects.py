"""A position as REST and the stream tell it, made from integers."""

from decimal import Context, Decimal
from typing import Any, NamedTuple

from orders.domain.objects import time_text
from reporting.domain.positions import Holding, average_cost, unrealised
from schemas.units import format_units

_WIDE = 10**16
_EXACT = Context(prec=60)


class Mark(NamedTuple):
    """A price to value at (1e-8), when it was known (microseconds), and from which feed."""

    price: int
    time: int
    source: str = ""


def wide_text(value: int) -> str:
    """Shortest plain text of an integer of 1e-16."""
    sign = "-" if value < 0 else ""
    whole, fraction = divmod(abs(value), _WIDE)
    return f"{sign}{whole}.{fraction:016d}".rstrip("0") if fraction else f"{sign}{whole}"


def wide_units(value: Decimal) -> int:
    """The integer of 1e-16 of a column that keeps as many decimals, exact."""
    return int(value.scaleb(16, _EXACT))


def position_object(account: str, symbol: str, held: Holding, *, seq: int, time: int, mark: Mark | None) -> dict[str, Any]:
    """The full REST object; what depends on a mark is null without one: a missing price is shown, never guessed."""
    average = average_cost(held)
    return {
        "account": account,
        "symbol": symbol,
        "quantity": format_units(held.quantity),
        "avg_cost": None if average is None else format_units(average),
        "cost": wide_text(held.cost),
        "realised_pnl": wide_text(held.realised),
        "unrealised_pnl": None if mark is None else wide_text(unrealised(held, mark.price)),
        "mark_price": None if mark is None else format_units(mark.price),
        "marked_at": None if mark is None else time_text(mark.time),
        "market_value": None if mark is None else wide_text(held.quantity * mark.price),
        "bought_quantity": format_units(held.bought),
        "sold_quantity": format_units(held.sold),
        "seq": seq,
        "updated_at": time_text(time),
    }
