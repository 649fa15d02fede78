"""What the house would show of one symbol: prices and sizes of its levels on both sides, from market, terms and inventory alone.

Everything in units of 1e-8. A side without a price, without room under the inventory bound, or without a needed input has no level.
"""

from typing import NamedTuple

from marketdata.domain.conflate import TwoSided
from marketdata.domain.quality import DEFAULT_JUMP
from schemas.units import ONE

QUOTE_NOTIONAL = 500_000 * ONE
"""What a level offers unless told otherwise, in currency units of 1e-8, before rounding down to whole lots."""
BOUND_IN_SIZES = 20
"""The inventory bound unless told otherwise, in sizes of a level."""
INTERVAL = 1_000_000
"""Microseconds between two looks at a symbol unless told otherwise."""


class Terms(NamedTuple):
    """What an instrument allows and what its desk asks for.

    `tick`, `lot`, `size` (of a level) and `bound` (the largest inventory, long or short) in 1e-8; `step` (between levels), `skew` (at full
    inventory) and `min_spread` in ticks; `interval` in microseconds; `jump` (see `Judge`) a fraction. `blocked` says why it is not quoted
    at all, empty when it is.
    """

    symbol: str
    tick: int
    size: int
    bound: int
    lot: int = 1
    levels: int = 1
    step: int = 1
    skew: int = 0
    min_spread: int = 1
    interval: int = INTERVAL
    jump: int = DEFAULT_JUMP
    blocked: str = ""


class Level(NamedTuple):
    """An order to show."""

    price: int
    size: int


class Ladder(NamedTuple):
    """Both sides, best level first."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


NOTHING = Ladder((), ())


def quote_size(reference: int, lot: int, max_quantity: int) -> int:
    """Whole lots (hundreds of them where there are) worth about `QUOTE_NOTIONAL` at the reference price; half the largest order at most."""
    lots = min(QUOTE_NOTIONAL * ONE // reference, max_quantity // 2) // lot
    return max(1, lots - lots % 100 if lots > 100 else lots) * lot


def on_tick(pair: TwoSided, tick: int) -> TwoSided:
    """The bid rounded down and the ask rounded up to the tick: never better than the market."""
    return TwoSided(pair.bid - pair.bid % tick, pair.ask + -pair.ask % tick)


def ladder(market: TwoSided | None, terms: Terms, inventory: int | None) -> Ladder:
    """What to show while the market stands at `market` and the account holds `inventory`; `NOTHING` when either is unknown."""
    if market is None or inventory is None:
        return NOTHING
    best = best_prices(market, terms, inventory)
    step = terms.step * terms.tick
    return Ladder(_levels(best.bid, -step, terms.bound - inventory, terms), _levels(best.ask, step, terms.bound + inventory, terms))


def best_prices(market: TwoSided, terms: Terms, inventory: int) -> TwoSided:
    """The market on the tick, widened to the minimum spread, moved against the inventory; never as far as the market's other side."""
    tick = terms.tick
    bid, ask = edge = on_tick(market, tick)
    narrow = max(0, terms.min_spread - (ask - bid) // tick)
    shift = _shift(terms, inventory) * tick
    bid += shift - (narrow + 1) // 2 * tick
    ask += shift + narrow // 2 * tick
    return TwoSided(min(bid, edge.ask - tick), max(ask, edge.bid + tick))


def _shift(terms: Terms, inventory: int) -> int:
    """Ticks down when long, up when short: the whole skew at the bound, in proportion before it."""
    ticks = terms.skew * min(abs(inventory), terms.bound) // terms.bound
    return -ticks if inventory > 0 else ticks


def _levels(best: int, step: int, room: int, terms: Terms) -> tuple[Level, ...]:
    levels: list[Level] = []
    for number in range(terms.levels):
        price, size = best + number * step, min(terms.size, room - room % terms.lot)
        if price <= 0 or size <= 0:
            break
        levels.append(Level(price, size))
        room -= size
    return tuple(levels)
