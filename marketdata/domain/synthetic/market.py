"""The listed symbols and what happens to each in a step. Integers only; the one source of chance is `random.Random`'s bits.

Each symbol and each group has a stream of chance of its own, so leaving a symbol out does not change another. A row is the quote after the
step, or a print at its bid or ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from marketdata.domain.synthetic import regimes
from marketdata.domain.synthetic.flow import Flow, depth, spread_ticks, trade_lots
from marketdata.domain.synthetic.regimes import MILLION, Regime
from marketdata.domain.synthetic.session import Course
from schemas.enums import QuoteEvent
from schemas.messages import Quote

SOURCE = "synthetic"
_FINE = 1_000
"""The fair price is kept in thousandths of a unit of 1e-8, so that small moves of cheap symbols add up."""
_BITS, _MASK = 20, (1 << 20) - 1
_QUOTE, _TRADE = QuoteEvent.QUOTE.value, QuoteEvent.TRADE.value


@dataclass(frozen=True, slots=True)
class Listing:
    """What the market needs to know of a symbol, in 1e-8. Sizes come in `round_lot` lots; symbols of a group move together."""

    symbol: str
    reference: int
    tick: int
    lot: int
    round_lot: int = 100
    group: str = "EQUITY"


def _centered(chance: Random) -> int:
    """A draw around 0 with a standard deviation of 4: the ones among 64 bits less 32 (a binomial, near enough to a normal)."""
    return chance.getrandbits(64).bit_count() - 32


class _Group:
    """What moves the symbols of a group alike."""

    __slots__ = ("chance", "news")

    def __init__(self, name: str, seed: int) -> None:
        self.chance = Random(f"{seed}:group:{name}")  # noqa: S311 - a simulation, no secret
        self.news = 0

    def move(self, regime: Regime) -> int:
        """The move of a step in quarters of a millionth."""
        self.news -= self.news >> regimes.NEWS_FADE
        if self.chance.getrandbits(_BITS) * MILLION >> _BITS < regimes.NEWS_CHANCE:
            self.news += regimes.NEWS
        return _centered(self.chance) * regime.common_ppm * (MILLION + self.news) // MILLION


class _Symbol:
    """The state of one symbol."""

    __slots__ = ("ask", "ask_size", "bid", "bid_size", "burst", "chance", "fine", "flow", "group", "kicks", "last", "listing", "spread")

    def __init__(self, listing: Listing, seed: int) -> None:
        self.listing = listing
        self.group = regimes.GROUPS.get(listing.group, regimes.GROUPS["EQUITY"])
        self.chance = Random(f"{seed}:{listing.symbol}")  # noqa: S311 - a simulation, no secret
        self.flow = Flow(self.chance)
        self.kicks = self.burst = 0
        self.spread = 0
        self.bid_size = self.ask_size = 0
        self.last: int | None = None
        self.put(listing.reference)

    def put(self, price: int) -> None:
        """The fair price is this; the quote is drawn anew at the next row."""
        self.fine = price * _FINE
        self.bid = self.ask = 0

    def row(self, regime: Regime, busy: int, common: int, time: int) -> Quote:
        """The row of a step in which the group moved by `common` (quarters of a millionth)."""
        chance, listing = self.chance, self.listing
        self.kicks -= self.kicks >> regimes.FADE
        self.burst -= self.burst >> regimes.BURST_FADE
        heat = self.kicks + self.burst
        bits = chance.getrandbits(3 * _BITS)
        ppm = regime.drift_ppm * 4 + common
        moves = (bits & _MASK) * MILLION >> _BITS < regime.moves * busy // 100 + heat
        if moves:
            ppm += self._own(regime, heat)
        self._move(ppm * self.group.moves // 100, regime)
        if moves or not self.bid:
            self._requote(regime, heat)
        elif (bits >> 2 * _BITS) * MILLION >> _BITS < regimes.RESIZE:
            self._resize(regime)
        last_size, event = None, _QUOTE
        if (bits >> _BITS & _MASK) * MILLION >> _BITS < regime.trades * busy // 100 + heat:
            event, last_size = _TRADE, trade_lots(chance) * listing.round_lot * listing.lot
            self.last = self.ask if self.flow.buys(regime.buys) else self.bid
            moves = True
        if moves:
            self.kicks += regimes.KICK
            if chance.getrandbits(_BITS) * MILLION >> _BITS < regimes.BURSTS:
                self.burst += regimes.BURST
        return Quote(listing.symbol, self.bid, self.ask, self.bid_size, self.ask_size, self.last, last_size, event, time, SOURCE)

    def _own(self, regime: Regime, heat: int) -> int:
        chance = self.chance
        size = regime.own_ppm * (MILLION + 3 * heat) // MILLION
        if chance.getrandbits(_BITS) * MILLION >> _BITS < regime.jumps:
            size *= regimes.JUMP
        return _centered(chance) * size

    def _move(self, quarters: int, regime: Regime) -> None:
        listing, fine = self.listing, self.fine
        reference = listing.reference * _FINE
        moved = fine + fine * quarters // (4 * MILLION)
        if regime.pull_ppm:
            moved += (reference - fine) * regime.pull_ppm // MILLION
        lowest = max(10 * listing.tick * _FINE, reference // 5)
        self.fine = min(max(moved, lowest), reference * 5)

    def _requote(self, regime: Regime, heat: int) -> None:
        """A quote around the fair price, unless the one there is near enough; one at a round price is left later."""
        chance, tick = self.chance, self.listing.tick
        fine_tick = tick * _FINE
        spread = self.spread
        if not self.bid or chance.getrandbits(_BITS) * MILLION >> _BITS < regimes.RESPREAD:
            wanted = regime.spread_ppm * self.group.spread * (MILLION + heat) // (100 * MILLION)
            self.spread = spread_ticks(chance, wanted * self.fine // (MILLION // 100), fine_tick)
        off = abs(2 * self.fine - (self.bid + self.ask) * _FINE)
        round_price = tick * regimes.ROUND_TICKS
        patience = 4 if self.bid % round_price == 0 or self.ask % round_price == 0 else 2
        if self.spread != spread or off > patience * fine_tick:
            bid = max(1, (2 * self.fine - (self.spread - 1) * fine_tick) // (2 * fine_tick))
            self.bid, self.ask = bid * tick, (bid + self.spread) * tick
        self._resize(regime)

    def _resize(self, regime: Regime) -> None:
        listing = self.listing
        usual = depth(listing.tick * MILLION * _FINE // self.fine) * regime.depth_percent
        unit = listing.round_lot * listing.lot
        bits = self.chance.getrandbits(10)
        self.bid_size = max(1, usual * regimes.DEPTH_PERCENT[bits & 31] // MILLION) * unit
        self.ask_size = max(1, usual * regimes.DEPTH_PERCENT[bits >> 5] // MILLION) * unit


class SyntheticMarket:
    """The listed symbols under one course of regimes."""

    def __init__(self, listings: Iterable[Listing], *, seed: int, regime: str = "calm") -> None:
        """Raises `KeyError` for an unknown regime."""
        self._seed = seed
        self._course = Course(regime, seed)
        self.steps = 0
        """How many steps there were: with the seed, the place on the tape."""
        self._symbols: dict[str, _Symbol] = {}
        self._groups: dict[str, _Group] = {}
        for listing in listings:
            self.add(listing)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol, in the order listed."""
        return tuple(self._symbols)

    @property
    def regime(self) -> str:
        """The name of the course it runs."""
        return self._course.name

    @property
    def seed(self) -> int:
        """What decides the tape."""
        return self._seed

    def turn_to(self, regime: str) -> None:
        """Another course from the next step on; prices go on from where they are. Raises `KeyError` for an unknown one."""
        self._course = Course(regime, self._seed)

    def add(self, listing: Listing) -> bool:
        """Trade one more symbol, or one whose terms changed, from its reference price; False when it was there already."""
        known = self._symbols.get(listing.symbol)
        if known is not None and known.listing == listing:
            return False
        self._symbols[listing.symbol] = _Symbol(listing, self._seed)
        if listing.group not in self._groups:
            self._groups[listing.group] = _Group(listing.group, self._seed)
        return True

    def continue_from(self, symbol: str, price: int) -> None:
        """Take the symbol's fair price (1e-8, above 0) from elsewhere: where another feed left it."""
        self._symbols[symbol].put(price)

    def step(self, time: int, silent: frozenset[str] = frozenset()) -> list[Quote]:
        """One row of each symbol, stamped `time` (microseconds); a silent one stands still and has none."""
        self.steps += 1
        _, regime, busy = self._course.next()
        common = {name: group.move(regime) for name, group in self._groups.items()}
        return [
            state.row(regime, busy, common[state.listing.group], time) for symbol, state in self._symbols.items() if symbol not in silent
        ]
