"""The behaviours that venues differ in, decided here and held: each is a sentence of the product's specification."""

import pytest

from matching.domain import entry, state
from tests.unit.matching.drawing import CENT, SHARE, instrument
from tests.unit.matching.script import differences, said
from tests.unit.matching.subject import Subject


def told(*lines: str) -> list[str]:
    """What the engine answers to the last line."""
    subject = Subject()
    answer: list[str] = []
    for line in lines:
        answer = said(subject, line)
    return answer


@pytest.mark.parametrize("mode", ["cancel_newest", "cancel_oldest", "cancel_both", "decrement"])
def test_liquidity_prevention_takes_away_does_not_count_for_fill_or_kill(mode: str) -> None:
    lines = ("sell other 1 @10", "sell own 5 @10 as ME", f"buy t 2 @10 fok as ME stp {mode}", "book")
    assert told(*lines[:3]) == ["new t", "canceled t 2 liquidity_none"]
    assert told(*lines) == ["bids | asks 10:6/2"]


@pytest.mark.parametrize("tif", ["ioc", "fok"])
@pytest.mark.parametrize("price", ["@10", ""])
def test_what_is_left_of_an_order_for_now_never_rests(tif: str, price: str) -> None:
    assert told("sell a 1 @10", f"buy t 2 {price} {tif}", "book")[0].startswith("bids | ")


def test_stops_do_not_act_during_an_auction_and_its_price_may_elect_them_afterwards() -> None:
    script = """
    buy s 1 stop 10.00
    phase auction opening
    buy late 1 stop 10.00
    > rejected late phase_refuses
    buy a 1 @10.00
    sell b 1 @10.00
    uncross
    > uncrossed 1 @10 a(0) b(0)
    phase continuous
    > phase continuous
    > triggered s
    > canceled s 1 liquidity_none
    """
    assert differences(Subject(), script) == []


def test_a_fresh_slice_is_traded_with_at_once() -> None:
    script = """
    sell ice 4 @10.00 show 1
    buy t 3 @10.00
    > new t
    > trade 1 @10 ice(3) t(2)
    > trade 1 @10 ice(2) t(1)
    > trade 1 @10 ice(1) t(0)
    book
    > bids | asks 10:1/1
    """
    assert differences(Subject(), script) == []


@pytest.mark.parametrize(
    "left_out",
    ["phase continuous", "instrument band 0.05 reference 10.00", "sell a 3 @10.00 stp cancel_newest as ME"],
)
def test_what_is_configured_travels_in_the_log_and_a_replay_without_it_is_another(left_out: str) -> None:
    log = [
        "phase auction",
        "instrument band 0.05 reference 10.00",
        "phase continuous",
        "sell a 3 @10.00 stp cancel_newest as ME",
        "buy b 9 @11",
    ]
    whole, lacking = (_hash([line for line in log if line != without]) for without in ("", left_out))
    assert whole != lacking


def _hash(log: list[str]) -> str:
    subject = Subject()
    for line in log:
        said(subject, line)
    return state.digest(subject.engine)


def test_an_instruments_steps_come_by_command_and_hold_from_then_on() -> None:
    subject = Subject()
    subject.engine.apply(instrument("X", tick=5 * CENT, lot=10 * SHARE))
    assert said(subject, "buy a 10 @10.01") == ["rejected a price_off_tick"]
    assert said(subject, "buy a 1 @10.05") == ["rejected a quantity_off_lot"]
    assert said(subject, "buy a 10 @10.05") == ["new a"]


def test_a_bulk_cancel_leaves_no_order_no_stop_and_no_level() -> None:
    subject = Subject()
    lines = (
        "buy a 2 @10",
        "sell b 2 @11 show 1",
        "sell s 1 stop 9",
        "buy x 1 trail 1",
        "buy c 1 @9 at_close",
        "phase auction",
        "buy o 1 at_open",
    )
    for line in lines:
        said(subject, line)
    assert len(said(subject, "mass_cancel")) == 6
    assert not subject.engine.orders
    assert said(subject, "book") == ["bids | asks"]
    assert said(subject, "phase continuous") == ["phase continuous"]
    assert said(subject, "mass_cancel") == []


@pytest.mark.parametrize("band", ["0.0015 reference 10", "0.0005"])
def test_a_fill_or_kill_fills_where_only_its_own_order_is_outside_the_band(band: str) -> None:
    """Prevention comes before the band, so its own order goes away and the whole quantity trades, as it would at once."""
    lines = (f"instrument band {band}", "sell own 1 @9.98 as ME", "sell a 1 @9.99")
    done = ["canceled own 1 self_trade", "trade 1 @9.99 a(0) t(0)"]
    assert told(*lines, "buy t 1 @10 stp cancel_oldest as ME ioc") == ["new t", *done]
    assert told(*lines, "buy t 1 @10 stp cancel_oldest as ME fok") == ["new t", *done]


def test_the_stops_that_wait_in_one_market_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """So is every cascade: each acts once."""
    monkeypatch.setattr(entry, "MOST", 2)
    subject = Subject()
    assert [said(subject, f"buy s{n} 1 stop 10") for n in range(3)] == [["new s0"], ["new s1"], ["rejected s2 stops_too_many"]]
    assert said(subject, "buy s2 1 stop 10 on Y") == ["new s2"]
    said(subject, "cancel s0")
    assert said(subject, "buy s3 1 stop 10") == ["new s3"]
