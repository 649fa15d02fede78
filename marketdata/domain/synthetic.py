"""A synthetic market: the same seed gives the same tape on any machine. Integers only; the one source of chance is `random.Random`'s bits.

Each symbol has a stream of chance of its own, so leaving one out does not change another. A row is either a changed quote or a trade
print at the bid or the ask, sizes are whole lots, spreads whole ticks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from schemas.enums import QuoteEvent
from schemas.messages import Quote

SOURCE = "synthetic"
PARTS_PER_MILLION = 1_000_000
_FINE = 1_000
"""The fair price is kept in thousandths of a unit of 1e-8, so that small moves of cheap symbols add up."""


@dataclass(frozen=True, slots=True)
class Regime:
    """How a market behaves, per row of a symbol: moves in parts per million of the price, chances in a thousand, usual spreads."""

    step_ppm: int
    drift_ppm: int
    pull_ppm: int
    """Share of the distance to the reference price taken back per row: 0 lets the price wander."""
    jump_in_1000: int
    jump_ppm: int
    spreads: int
    wide_in_1000: int
    trade_in_1000: int
    size_lots: int


REGIMES = {
    "calm": Regime(12, 0, 400, 1, 60, 1, 150, 250, 20),
    "trend": Regime(20, 3, 0, 2, 120, 1, 200, 320, 20),
    "volatile": Regime(70, 0, 100, 6, 500, 2, 350, 420, 12),
    "crash": Regime(120, -60, 0, 12, 1_500, 4, 500, 500, 8),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What the market needs to know of a symbol, in 1e-8. `round_lot` is the number of lots sizes come in."""

    symbol: str
    reference: int
    tick: int
    lot: int
    round_lot: int = 100


class _Symbol:
    """The state of one symbol: its fair price and the side of its last print."""

    __slots__ = ("buying", "chance", "fine", "last", "listing")

    def __init__(self, listing: Listing, seed: int) -> None:
        self.listing = listing
        self.chance = Random(f"{seed}:{listing.symbol}")  # noqa: S311 - a simulation, no secret
        self.fine = listing.reference * _FINE
        self.buying = True
        self.last: int | None = None


def _centred(chance: Random) -> int:
    """A draw around 0 with a standard deviation of 4: the ones among 64 bits less 32 (a binomial, near enough to a normal)."""
    return chance.getrandbits(64).bit_count() - 32


def _happens(chance: Random, in_1000: int) -> bool:
    return chance.getrandbits(30) % 1_000 < in_1000


class SyntheticMarket:
    """The listed symbols under one regime."""

    def __init__(self, listings: Iterable[Listing], *, seed: int, regime: str = "calm") -> None:
        """Raises `KeyError` for an unknown regime."""
        self._regime = REGIMES[regime]
        self._seed = seed
        self._symbols = {listing.symbol: _Symbol(listing, seed) for listing in listings}

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol, in the order listed."""
        return tuple(self._symbols)

    def add(self, listing: Listing) -> bool:
        """Trade one more symbol, or one whose terms changed, from its reference price; False when it was there already."""
        known = self._symbols.get(listing.symbol)
        if known is not None and known.listing == listing:
            return False
        self._symbols[listing.symbol] = _Symbol(listing, self._seed)
        return True

    def continue_from(self, symbol: str, price: int) -> None:
        """Take the symbol's fair price (1e-8, above 0) from elsewhere: where another feed left it."""
        self._symbols[symbol].fine = price * _FINE

    def row(self, symbol: str, time: int) -> Quote:
        """The symbol's next row, stamped `time` (microseconds)."""
        state = self._symbols[symbol]
        self._move(state)
        bid, ask = self._quote(state)
        chance, listing = state.chance, state.listing
        last_size = None
        event = QuoteEvent.QUOTE.value
        if _happens(chance, self._regime.trade_in_1000):
            if _happens(chance, 350):
                state.buying = not state.buying
            event, last_size = QuoteEvent.TRADE.value, self._size(state)
            state.last = ask if state.buying else bid
        return Quote(
            symbol=listing.symbol,
            bid=bid,
            ask=ask,
            bid_size=self._size(state),
            ask_size=self._size(state),
            last=state.last,
            last_size=last_size,
            event=event,
            time=time,
            source=SOURCE,
        )

    def _move(self, state: _Symbol) -> None:
        regime, chance, listing = self._regime, state.chance, state.listing
        ppm = regime.drift_ppm * 4 + _centred(chance) * regime.step_ppm
        if _happens(chance, regime.jump_in_1000):
            ppm += _centred(chance) * regime.jump_ppm
        reference = listing.reference * _FINE
        pull = (reference - state.fine) * regime.pull_ppm // PARTS_PER_MILLION
        moved = state.fine + state.fine * ppm // (4 * PARTS_PER_MILLION) + pull
        lowest = max(10 * listing.tick * _FINE, reference // 5)
        state.fine = min(max(moved, lowest), reference * 5)

    def _quote(self, state: _Symbol) -> tuple[int, int]:
        regime, chance, tick = self._regime, state.chance, state.listing.tick
        usual = max(1, state.fine // (_FINE * tick * 12_000))
        spread = usual * regime.spreads
        if _happens(chance, regime.wide_in_1000):
            spread += 1 + chance.getrandbits(16) % (usual + regime.spreads)
        ticks = state.fine // (_FINE * tick)
        bid = ticks - spread // 2
        return bid * tick, (bid + spread) * tick

    def _size(self, state: _Symbol) -> int:
        lots = 1 + state.chance.getrandbits(16) % self._regime.size_lots
        return lots * state.listing.round_lot * state.listing.lot
