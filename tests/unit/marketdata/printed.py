"""Prints for the tests of candles, and bars worked out anew from them in another way than the product's."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import NamedTuple

from schemas.messages import Quote
from schemas.units import ONE, to_units

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
EQUITIES = DATA / "us_equities_nbbo_20131007_open.csv"
EURUSD = DATA / "eurusd_fxcm_20140508_ecb.csv"
SECONDS = {"1s": 1, "5s": 5, "15s": 15, "1m": 60, "5m": 300, "15m": 900, "1h": 3600}


class Counted(NamedTuple):
    """A bar as the recount has it, in decimals."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    turnover: Decimal
    trades: int

    @property
    def vwap(self):
        """Half-even to 8 decimals."""
        with localcontext() as context:
            context.prec = 80
            return (self.turnover / self.volume).quantize(Decimal("1e-8"), rounding=ROUND_HALF_EVEN)


def a_print(symbol, price, size, at, source="replay"):
    """A row of event T; price and size in whole units, `at` in microseconds."""
    return Quote(symbol, (price - 1) * ONE, (price + 1) * ONE, None, None, price * ONE, size * ONE, "T", at, source)


@cache
def file_rows(path):
    """The raw rows of a file as dictionaries of text."""
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def file_quotes(path):
    """The rows of a file as records, read here and not by the product."""

    def units(text):
        return to_units(Decimal(text)) if text else None

    return [
        Quote(
            row["symbol"],
            *(units(row[name]) for name in ("bid", "ask", "bid_size", "ask_size", "last", "last_size")),
            row["event"],
            microseconds(row["timestamp"]),
            "replay",
        )
        for row in file_rows(path)
    ]


@cache
def microseconds(text):
    """An ISO time as microseconds."""
    moment = datetime.fromisoformat(text)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def recount(rows, interval, day=lambda symbol, at: at - at % 86_400_000_000):
    """(symbol, start in microseconds) to `Counted`, from raw rows: group, sort by time (the file's order between equals), look."""
    groups = defaultdict(list)
    for row in rows:
        if row["event"] == "T":
            at = microseconds(row["timestamp"])
            start = day(row["symbol"], at) if interval == "1d" else at // (SECONDS[interval] * 1_000_000) * SECONDS[interval] * 1_000_000
            groups[row["symbol"], start].append((at, Decimal(row["last"]), Decimal(row["last_size"])))
    found = {}
    for key, prints in groups.items():
        prints.sort(key=lambda one: one[0])
        prices = [price for _, price, _ in prints]
        volume, turnover = sum(size for *_, size in prints), sum(price * size for _, price, size in prints)
        found[key] = Counted(prices[0], max(prices), min(prices), prices[-1], volume, turnover, len(prints))
    return found


def utc_day(symbol, at):
    """The business date of a market open around the clock in UTC."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).date()
