"""Reference prices: the newest good quote, where it stands in the log, and its age from when the broker got it."""

from marketdata.domain.quality import DEFAULT_JUMP
from oms_site.infra.bus.processor import Delivery, Position
from risk.domain.instrument import Reference
from risk.fold import RiskFold
from risk.references import References
from schemas.messages import OrderCommand, Quote


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


def test_an_absurd_quote_changes_nothing_by_the_bound_of_its_instrument():
    references = References()
    references.jump = {"IBM": 1_000_000, "BAC": 50_000_000}.__getitem__
    for symbol in ("IBM", "BAC"):
        references.observe([quote(1_000, 1_002, 5, symbol=symbol), quote(1_100, 1_102, 6, symbol=symbol)])
    assert (references["IBM"].bid, references["BAC"].bid) == (1_000, 1_100)


def test_the_bound_is_what_the_log_says_of_the_instrument():
    fold = RiskFold(lambda symbol: True, References())
    assert fold.jump("IBM") == DEFAULT_JUMP
    terms = {"tick": 1, "lot": 1, "max_quantity": 1, "tradable": 1, "jump": 7_000_000}
    fold.controls.apply(OrderCommand("instrument", 1, "", "*", "IBM", 0, attributes=terms))
    assert fold.jump("IBM") == 7_000_000
