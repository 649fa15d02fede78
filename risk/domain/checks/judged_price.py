"""The price at which an order's value is judged (RC7, RC26). Prices are integers of 1e-8."""

from risk.domain.checks.proposal import Proposal
from risk.domain.instrument import Reference
from risk.domain.limit_table import Limits
from schemas.units import ONE

_WHOLE = 100 * ONE
"""100 % in 1e-8 of a percent."""


def judged_price(order: Proposal, reference: Reference | None, limits: Limits, tick: int = 1) -> int | None:
    """The price an order is judged at; None without the quote it takes.

    An order with a limit is judged at it, also while it waits as a stop-limit. Without one it starts at the far touch (ask to buy, bid to
    sell) for a market order, that or the stop price for a stop, whichever is more, and the far touch plus the offset for a trailing stop,
    as the market may move that far before it acts. A buy may then trade up to its protection price: what `fat_finger` allows through that
    price and, of a market order, `price_band` from the middle; a sell is worth most where it starts.
    """
    if order.price is not None:
        return order.price
    if reference is None:
        return None
    start = reference.ask if order.buy else reference.bid
    if order.stop_price is not None:
        start = max(order.stop_price, start)
    elif order.trail_offset is not None:
        start += order.trail_offset
    if not order.buy or limits.fat_finger is None:
        return start
    worst = start * (_WHOLE + limits.fat_finger) // _WHOLE
    if not order.waits and limits.price_band is not None:
        worst = min(worst, reference.twice_mid * (_WHOLE + limits.price_band) // (2 * _WHOLE))
    return max(worst - worst % tick, start)
