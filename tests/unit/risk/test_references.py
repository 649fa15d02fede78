"""Reference prices: the newest good quote, where it stands in the log, and its age from when the broker got it."""

from oms_site.infra.bus.processor import Delivery, Position
from risk.domain.instrument import Reference
from risk.references import References
from schemas.messages import Quote


def quote(bid: int, ask: int, at: int, *, symbol: str = "IBM", time: int = 1) -> Delivery:
    return Delivery(Position("quotes", 2, at), Quote(symbol, bid, ask, None, None, None, None, "Q", time), at)


def test_the_newest_good_quote_counts_with_the_brokers_time() -> None:
    references = References()
    references.observe([quote(100, 102, 5, time=999), quote(101, 103, 6, time=1), quote(7, 8, 6, symbol="BAC")])
    assert references == {"IBM": Reference(101, 103, 6, 2, 6), "BAC": Reference(7, 8, 6, 2, 6)}


def test_locked_crossed_and_one_sided_quotes_leave_the_good_one_standing() -> None:
    references = References()
    references.observe([quote(100, 102, 5)])
    references.observe([quote(102, 102, 6), quote(103, 102, 7), quote(0, 102, 8), quote(100, 0, 9)])
    assert references["IBM"] == Reference(100, 102, 5, 2, 5)
