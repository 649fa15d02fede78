"""Stylized facts of one symbol's rows, real or synthetic: the same functions for both."""

from collections.abc import Sequence
from itertools import pairwise

from benchmarks.synthetic.numbers import autocorrelation, deviation, kurtosis, mean, overdispersion, quantile
from schemas.messages import Quote

SECOND = 1_000_000
FIVE = 5


def middles(rows: Sequence[Quote], seconds: int) -> list[int]:
    """Bid and ask together at each full interval since the first row: the last row until then."""
    width, start = seconds * SECOND, rows[0].time
    found = [rows[0].bid + rows[0].ask]
    for before, row in pairwise(rows):
        if (due := (row.time - start - 1) // width + 1 - len(found)) > 0:
            found.extend([before.bid + before.ask] * due)
    return found


def returns(rows: Sequence[Quote], seconds: int) -> list[float]:
    """Changes of the middle between full intervals, as shares of it."""
    return [(after - before) / before for before, after in pairwise(middles(rows, seconds))]


def prints(rows: Sequence[Quote]) -> list[Quote]:
    """The rows that are prints."""
    return [row for row in rows if row.event == "T"]


def signs(rows: Sequence[Quote]) -> list[int]:
    """1 for a print a buyer began, -1 for a seller's: by the side of the middle, at the middle by the change of price (Lee and Ready)."""
    found: list[int] = []
    side, before = 1, 0
    for row in prints(rows):
        price = row.last or 0
        off = 2 * price - row.bid - row.ask or (price - before if before else 0)
        side = side if off == 0 else 1 if off > 0 else -1
        before = price
        found.append(side)
    return found


def spreads(rows: Sequence[Quote], tick: int) -> list[int]:
    """In ticks; 0 and less where a file has locked and crossed quotes."""
    return [(row.ask - row.bid) // tick for row in rows]


def arrivals(rows: Sequence[Quote], seconds: int) -> list[int]:
    """Prints in each full interval."""
    width, start = seconds * SECOND, rows[0].time
    counts = [0] * ((rows[-1].time - start) // width + 1)
    for row in prints(rows):
        counts[(row.time - start) // width] += 1
    return counts[:-1] or counts


def of_quotes(rows: Sequence[Quote], tick: int) -> dict[str, str]:
    """Facts every tape has."""
    wide, second, ten = spreads(rows, tick), returns(rows, 1), returns(rows, 10)
    moves = [abs(change) for change in second]
    return {
        "spread, mean (ticks)": f"{mean(wide):.2f}",
        "spread, share at one tick": f"{wide.count(1) / len(wide):.2f}",
        "spread, 95th percentile (ticks)": str(quantile(wide, 95)),
        "return of 1 s, deviation (millionths)": f"{deviation(second) * 1e6:.0f}",
        "return of 1 s, share of zeros": f"{second.count(0) / len(second):.2f}",
        "return of 1 s, kurtosis": f"{kurtosis(second):.0f}",
        "return of 10 s, kurtosis": f"{kurtosis(ten):.1f}",
        "return of 1 s, autocorrelation at 1 s": f"{autocorrelation(second, 1):+.2f}",
        "absolute return of 1 s, autocorrelation at 1 s": f"{autocorrelation(moves, 1):+.2f}",
        "… at 5 s": f"{autocorrelation(moves, FIVE):+.2f}",
        "… at 20 s": f"{autocorrelation(moves, 20):+.2f}",
        "absolute return of 10 s, autocorrelation at 10 s": f"{autocorrelation([abs(change) for change in ten], 1):+.2f}",
    }


def of_prints(rows: Sequence[Quote], tick: int, unit: int) -> dict[str, str]:
    """Facts of a tape with prints; `unit` is a round lot."""
    trades, sides = prints(rows), signs(rows)
    if not trades:
        return {}
    sizes = [(row.last_size or 0) // unit or 1 for row in trades]
    offered = [(row.bid_size or 0) // unit for row in rows]
    inside = sum(row.last in (row.bid, row.ask) for row in trades)
    return {
        "prints a second": f"{len(trades) * SECOND / (rows[-1].time - rows[0].time):.1f}",
        "prints, share of rows": f"{len(trades) / len(rows):.2f}",
        "prints in 5 s, variance by mean": f"{overdispersion(arrivals(rows, FIVE)):.1f}",
        "prints at the bid or the ask": f"{inside / len(trades):.2f}",
        "prints on a multiple of 5 ticks": f"{sum((row.last or 0) % (5 * tick) == 0 for row in trades) / len(trades):.2f}",
        "size of a print, share of one round lot": f"{sizes.count(1) / len(sizes):.2f}",
        "size of a print, mean (round lots)": f"{mean(sizes):.1f}",
        "size of a print, 99th percentile (round lots)": str(quantile(sizes, 99)),
        "size at the bid, median (round lots)": str(quantile(offered, 50)),
        **{f"sign of prints, autocorrelation at {lag}": f"{autocorrelation(sides, lag):+.2f}" for lag in (1, 5, 20, 50)},
    }
