"""An incoming order against resting ones, order by order: icebergs, self-trade prevention, and whether all of it would trade.

The plain way, for everything else, is `sweep`. Both give the same trades where both may be used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matching.domain.events import Canceled, Event, Restated, Traded
from matching.domain.ladder import Ladder, Level
from matching.domain.orders import Order
from schemas.enums import Reason, SelfTradePrevention
from schemas.units import ONE

if TYPE_CHECKING:
    from matching.domain.engine import Engine

_OLDEST = SelfTradePrevention.CANCEL_OLDEST.value
_NEWEST = SelfTradePrevention.CANCEL_NEWEST.value
_BOTH = SelfTradePrevention.CANCEL_BOTH.value


def prevention(order: Order) -> str | None:
    """The order's mode of self-trade prevention, None when it has none."""
    mode = order.conditions.self_trade_prevention if order.conditions is not None else None
    return None if mode == SelfTradePrevention.NONE else mode


Band = tuple[int, int]
"""The lowest and the highest price at which trading goes on."""


def around(reference: int, band: int) -> Band:
    """The prices at most the fraction `band` (1e-8) away from `reference`, ends included."""
    return -(-reference * (ONE - band) // ONE), reference * (ONE + band) // ONE


def take(engine: Engine, taker: Order, ladder: Ladder, limit: int, band: Band | None, events: list[Event]) -> bool:  # noqa: PLR0917
    """Trade `taker` against the levels of `ladder` whose key is at most `limit` and whose price is in `band`, one slice at a time.

    Self-trade prevention comes before each trade, so an own order outside the band is no trade that would leave it. False when it has
    canceled the taker (or taken all of it): then it is over for it, and that has been told.
    """
    mode = prevention(taker)
    book = ladder.book
    while taker.leaves and (level := ladder.best()) is not None and level.key <= limit:
        maker: Order = level.head  # type: ignore[assignment] # the best level is occupied
        engine.touched.append(level)
        if mode is not None and maker.owner == taker.owner:
            if not _prevented(engine, mode, taker, maker, events):
                return False
            continue
        if band is not None and not band[0] <= level.price <= band[1]:
            break
        quantity = min(taker.leaves, maker.leaves - maker.hidden)
        ladder.fill(maker, quantity)
        taker.leaves -= quantity
        book.trades += 1
        book.last = level.price
        events.append(Traded(taker, maker, quantity, level.price, taker.leaves, maker.leaves, book.trades))
        if book.band and band is None:  # nothing to measure by before: this first trade is
            band = around(level.price, book.band)
        if not maker.leaves:
            engine.forget(maker)
    return True


def _prevented(engine: Engine, mode: str, taker: Order, maker: Order, events: list[Event]) -> bool:
    """What happens instead of a trade with an own order; whether the taker goes on."""
    ladder: Ladder = maker.level.ladder  # type: ignore[union-attr] # it rests
    if mode == _NEWEST:
        return _canceled(engine, taker, events)
    if mode in (_OLDEST, _BOTH):
        ladder.take_out(maker)
        _canceled(engine, maker, events)
        return mode == _OLDEST or _canceled(engine, taker, events)
    return _decremented(engine, taker, maker, ladder, events)


def _decremented(engine: Engine, taker: Order, maker: Order, ladder: Ladder, events: list[Event]) -> bool:
    """The smaller leaves come off both: the one at zero is canceled, the other stands with the lower total."""
    both = min(taker.leaves, maker.leaves)
    if maker.leaves == both:
        ladder.take_out(maker)
        _canceled(engine, maker, events)
    if taker.leaves == both:
        _canceled(engine, taker, events)
    for order in (maker, taker):
        if order.leaves > both:
            if order is maker:
                shrink(maker, both)
            else:
                order.leaves -= both
            order.quantity -= both
            events.append(Restated(order, order.leaves, True, Reason.SELF_TRADE, order.quantity, both))
            return order is taker
    return False


def shrink(order: Order, quantity: int) -> None:
    """Take `quantity` off a resting order that keeps its place: hidden quantity first."""
    level: Level = order.level  # type: ignore[assignment] # it rests
    shown = order.leaves - order.hidden
    order.shrink(quantity)
    level.quantity -= shown - (order.leaves - order.hidden)


def _canceled(engine: Engine, order: Order, events: list[Event]) -> bool:
    engine.forget(order)
    events.append(Canceled(order, order.leaves, Reason.SELF_TRADE))
    return False


def all_would_trade(taker: Order, ladder: Ladder, limit: int, band: Band | None) -> bool:
    """Whether the whole quantity would trade at once: hidden quantity counts; what self-trade prevention removes, or bars, does not.

    Nor does what lies outside the band. As in `take`, prevention comes first: an own order outside it bars nobody once it is removed.
    """
    mode = prevention(taker)
    offers: Iterator[int]
    if mode is None:
        reached = clipped(limit, ladder, band)
        offers = (ladder.total(level) for key, level in ladder.levels.items() if key <= reached)
    else:
        offers = _offers(taker, ladder, limit, band, mode)
    wanted = taker.leaves
    for offered in offers:
        wanted -= offered
        if wanted <= 0:
            return True
    return False


def _offers(taker: Order, ladder: Ladder, limit: int, band: Band | None, mode: str) -> Iterator[int]:
    """What each level in turn offers to a taker with this mode, until something ends the taking."""
    for level in ladder.in_order():
        if level.key > limit:
            return
        offered, ends = _offered(taker, level, mode)
        if offered and band is not None and not band[0] <= level.price <= band[1]:
            return
        yield offered
        if ends:
            return
        if offered and ladder.book.band and band is None:
            band = around(level.price, ladder.book.band)


def clipped(limit: int, ladder: Ladder, band: Band | None) -> int:
    """The key up to which trades stay inside the band; below every key where not even the best does.

    With nothing to measure by, the first trade is what the others are measured by.
    """
    best, fraction = ladder.best(), ladder.book.band
    if best is None or (band is None and not fraction):
        return limit
    lowest, highest = band or around(best.price, fraction)
    if not lowest <= best.price <= highest:
        return min(limit, best.key - 1)
    return min(limit, highest if ladder.sign > 0 else -lowest)


def _offered(taker: Order, level: Level, mode: str) -> tuple[int, bool]:
    """What a level offers to a taker with this mode, and whether an own order ends the taking there."""
    orders = list(level.queue())
    own = next((place for place, order in enumerate(orders) if order.owner == taker.owner), None)
    if own is None or mode == _OLDEST:
        return sum(order.leaves for order in orders if order.owner != taker.owner), False
    return sum(order.leaves - order.hidden for order in orders[:own]), True
