"""Prints become bars, and what is done with a print that comes late. Integers alone: 1e-8 for prices and sizes, 1e-16 for turnover.

A bar is a sum of its prints that does not ask in which order they came: its first print is the earliest by the venue's time, its last the
latest. Of prints of one microsecond, the one told first is the earlier.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar

from schemas.enums import QuoteEvent
from schemas.messages import Quote

K = TypeVar("K")
SECOND = 1_000_000
DAY = "1d"
WIDTHS: dict[str, int] = {"1s": 1, "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3_600}
"""Seconds of each interval that the clock (UTC) cuts; each is cut into whole ones of the interval before it."""
INTERVALS = (*WIDTHS, DAY)
"""All intervals, shortest first. A bar of `1d` is a business date of the instrument's calendar."""

Key = tuple[str, str, int]
"""Symbol, interval and start (microseconds): the first moment of the bar; of a business date, its midnight as if it were UTC's."""


@dataclass(slots=True)
class Bar:
    """The prints of one stretch of time. `first_at` and `last_at` are the times (microseconds) of the prints that opened and closed it."""

    open: int
    high: int
    low: int
    close: int
    volume: int
    turnover: int
    trades: int
    first_at: int
    last_at: int

    @classmethod
    def of(cls, price: int, size: int, at: int) -> "Bar":
        """The bar of one print."""
        return cls(price, price, price, price, size, price * size, 1, at, at)

    def add(self, price: int, size: int, at: int) -> None:
        """Take a print that was told after all the others."""
        if at < self.first_at:
            self.open, self.first_at = price, at
        if at >= self.last_at:
            self.close, self.last_at = price, at
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.volume += size
        self.turnover += price * size
        self.trades += 1

    def merge(self, told_later: "Bar") -> None:
        """Take all prints of another bar, each of which was told after all of this one's."""
        other = told_later
        if other.first_at < self.first_at:
            self.open, self.first_at = other.open, other.first_at
        if other.last_at >= self.last_at:
            self.close, self.last_at = other.close, other.last_at
        self.high, self.low = max(self.high, other.high), min(self.low, other.low)
        self.volume += other.volume
        self.turnover += other.turnover
        self.trades += other.trades


@dataclass(slots=True)
class Tape:
    """How far a symbol's prints have come. `at` is the time of the newest one of `source` (-1: none), `price` and `size` are that one's.

    `late` counts prints that came after a newer one, `left` those of them that were too old for at least one interval.
    """

    source: str = ""
    at: int = -1
    price: int = 0
    size: int = 0
    prints: int = 0
    late: int = 0
    left: int = 0

    def take(self, price: int, size: int, at: int, source: str) -> int:
        """Note a print; by how much (microseconds) it is older than the newest one of its source. Another source begins anew."""
        self.prints += 1
        if source != self.source:
            self.source, self.at = source, -1
        if at >= self.at:
            self.at, self.price, self.size = at, price, size
            return 0
        self.late += 1
        return self.at - at


class Bars:
    """The bars of one batch of rows, each interval's from the ones of the interval before it.

    `retention` says by how much (microseconds) a print of each interval may be late, never less for a longer interval. `business_date`
    says which business date a print of a symbol belongs to.
    """

    def __init__(self, retention: Mapping[str, int], business_date: Callable[[str, int], date]) -> None:
        self._retention = retention
        self._shortest = min(retention.values())
        self._business_date = business_date
        self._seconds: dict[tuple[str, int], Bar] = {}
        self._old: list[tuple[Key, Bar]] = []

    def take(self, rows: Iterable[Quote], tapes: Mapping[str, Tape]) -> None:
        """Add the prints among the rows, in the order they were told, and move the tapes on."""
        seconds, shortest, trade = self._seconds, self._shortest, QuoteEvent.TRADE.value
        for row in rows:
            if row.event != trade or not row.last or not row.last_size:
                continue
            symbol, price, size, at = row.symbol, row.last, row.last_size, row.time
            tape = tapes[symbol]
            lateness = tape.take(price, size, at, row.source)
            if lateness > shortest:
                tape.left += 1
                self._take_old(symbol, price, size, at, lateness)
                continue
            key = (symbol, at - at % SECOND)
            bar = seconds.get(key)
            if bar is None:
                seconds[key] = Bar.of(price, size, at)
            else:
                bar.add(price, size, at)

    def _take_old(self, symbol: str, price: int, size: int, at: int, lateness: int) -> None:
        for interval, window in self._retention.items():
            if lateness <= window:
                self._old.append(((symbol, interval, self._start(symbol, interval, at)), Bar.of(price, size, at)))

    def _start(self, symbol: str, interval: str, at: int) -> int:
        if interval == DAY:
            return day_start(self._business_date(symbol, at))
        return at - at % (WIDTHS[interval] * SECOND)

    def result(self) -> dict[Key, Bar]:
        """Every bar that got a print; `merge` brings it into what is known of the bar from before."""
        level = self._seconds
        days: dict[tuple[str, int], Bar] = {}
        for (symbol, start), bar in level.items():
            _into(days, (symbol, day_start(self._business_date(symbol, start))), bar)
        found: dict[Key, Bar] = {}
        for interval, seconds in WIDTHS.items():
            width, finer, level = seconds * SECOND, level, {}
            for (symbol, start), bar in finer.items():
                _into(level, (symbol, start - start % width), bar)
            found.update({(symbol, interval, start): bar for (symbol, start), bar in level.items()})
        found.update({(symbol, DAY, start): bar for (symbol, start), bar in days.items()})
        for key, bar in self._old:
            _into(found, key, bar)
        return found


def day_start(day: date) -> int:
    """What stands for a business date as the start of its bar."""
    return int(datetime.combine(day, time(), UTC).timestamp()) * SECOND


def _copy(bar: Bar) -> Bar:
    return Bar(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.turnover, bar.trades, bar.first_at, bar.last_at)


def _into(bars: dict[K, Bar], key: K, bar: Bar) -> None:
    known = bars.get(key)
    if known is None:
        bars[key] = _copy(bar)
    else:
        known.merge(bar)
