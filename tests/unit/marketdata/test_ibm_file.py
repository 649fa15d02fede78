"""The real IBM file through the liquidity provider and the matching engine: a resting order at a price the file reaches fills, not before
that row, never at a worse price.
"""

from pathlib import Path

import pytest

from marketdata.domain.conflate import Window
from marketdata.domain.quality import is_good
from marketdata.domain.tape import Good, read_tape
from tests.unit.marketdata.lp_market import LpMarket

SECOND = 1_000_000
FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "us_equities_nbbo_20131007_open.csv"


@pytest.fixture(scope="module")
def ibm():
    """The file's IBM quotes; the file is part of every full checkout, so its absence is a failure."""
    rows = read_tape([FILE.read_bytes()], known=frozenset({"IBM", "BAC", "AIG"}), selected=frozenset({"IBM"}))
    return [row.quote for row in rows if isinstance(row, Good)]


def replayed(quotes, side, price, start, every):
    """(row by which it filled, the fill) of a customer's order that enters after row `start`; the house conflates `every` microseconds."""
    market, window = LpMarket(), Window()
    due, entered, seen = quotes[0].time + every, False, -1
    for number, quote in enumerate(quotes):
        if quote.time >= due and market.quoter.settled:
            market.now = quote.time
            market.quoter.plan(window)
            market.settle()
            window.clear()
            due = quote.time + every
            if entered and (fills := market.fills("U1")):
                return seen, fills[0]
        if number == start:
            market.user("U1", side, price)
            assert not market.fills("U1"), "the order must rest first"
            entered = True
        window.add(quote.bid, quote.ask, quote.time)
        seen = number
    market.quoter.plan(window)
    market.settle()
    fills = market.fills("U1")
    return (seen, fills[0]) if fills else (None, None)


def reached(quotes, side, price, start):
    """First row after `start` whose good quote reaches the price."""
    for number, quote in enumerate(quotes[start:], start):
        if is_good(quote.bid, quote.ask) and (quote.ask <= price if side == "buy" else quote.bid >= price):
            return number
    return None


@pytest.mark.parametrize("every", [SECOND, 5 * SECOND, 30 * SECOND])
@pytest.mark.parametrize(
    ("side", "start"), [("buy", 1_500), ("buy", 3_000), ("buy", 5_600), ("sell", 200), ("sell", 2_500), ("sell", 4_000)]
)
def test_a_resting_order_fills_at_the_first_window_that_holds_the_row_which_reaches_it(ibm, side, start, every):
    later = [quote for quote in ibm[start:] if is_good(quote.bid, quote.ask)]
    best = min(quote.ask for quote in later) if side == "buy" else max(quote.bid for quote in later)
    row = reached(ibm, side, best, start)
    assert row > start + 10, "the price must be reached only later"
    filled_by, fill = replayed(ibm, side, best, start, every)
    assert fill is not None, "the file reaches the price: the order fills"
    assert row <= filled_by, "not before the row that reaches it"
    assert ibm[filled_by].time - ibm[row].time <= 2 * every + 10 * SECOND
    assert fill.last_price <= best if side == "buy" else fill.last_price >= best
    assert fill.last_price == best


def test_a_price_the_file_never_reaches_never_fills(ibm):
    lowest = min(quote.ask for quote in ibm if is_good(quote.bid, quote.ask))
    assert replayed(ibm, "buy", lowest - 1_000_000, 10, SECOND) == (None, None)
