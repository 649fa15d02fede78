"""The synthetic market: repeatable to the byte, and in every regime a market one could trade on."""

import hashlib
from functools import cache

import pytest

from marketdata.demo import DEMO_INSTRUMENTS
from marketdata.domain.quality import is_good
from marketdata.domain.synthetic import COURSES, REGIMES, Listing, SyntheticMarket
from marketdata.management.commands.synthetic_quotes import tape as commanded
from schemas.units import to_units

LISTINGS = tuple(
    Listing(d.symbol, to_units(d.reference_price), to_units(d.tick), to_units(d.lot), 100_000 if d.group == "FX" else 100, d.group)
    for d in DEMO_INSTRUMENTS
)
DIGESTS = {
    "calm": "b2ad5ba4c2738281",
    "trend": "32d3fe6bcbcb70ce",
    "volatile": "f52f05e7b820654d",
    "open": "7311c38a573e921c",
    "crash": "1c5c35bbc1c4a06e",
    "session": "04d478c9271cf93a",
}


@cache
def tape(regime="calm", seed=7, steps=200, listings=LISTINGS):
    market = SyntheticMarket(listings, seed=seed, regime=regime)
    return [row for step in range(steps) for row in market.step(step * 200_000)]


def of(symbol, rows):
    return [row for row in rows if row.symbol == symbol]


def test_another_seed_gives_another_tape():
    assert tape(seed=8) != tape()


@pytest.mark.parametrize("regime", COURSES)
def test_the_tape_of_a_seed_is_written_down(regime):
    """The same on Python 3.11 to 3.13. A change of a digest means every recorded expectation built on a seed moves: intend it."""
    assert hashlib.sha256(repr(tape(regime)).encode()).hexdigest()[:16] == DIGESTS[regime]


@pytest.mark.parametrize("regime", COURSES)
def test_quotes_are_good_on_tick_in_round_lots_and_prints_lie_on_the_quote(regime):
    listed = {listing.symbol: listing for listing in LISTINGS}
    events = set()
    for row in tape(regime):
        listing = listed[row.symbol]
        unit = listing.lot * listing.round_lot
        assert is_good(row.bid, row.ask)
        assert row.bid < row.ask
        assert row.bid % listing.tick == row.ask % listing.tick == 0
        assert row.bid_size % unit == row.ask_size % unit == 0 < min(row.bid_size, row.ask_size)
        assert (row.last_size is not None) == (row.event == "T")
        if row.event == "T":
            assert row.last in (row.bid, row.ask)
            assert row.last_size % unit == 0 < row.last_size
        events.add(row.event)
    assert events == {"Q", "T"}


def test_a_symbol_of_a_few_ticks_never_falls_through_the_floor():
    penny = Listing("PENNY", 40_000_000, 1_000_000, 100_000_000)
    rows = tape("crash", steps=3_000, listings=(penny,))
    assert min(row.bid for row in rows) >= penny.tick
    assert all(row.bid < row.ask for row in rows)


def test_every_symbol_has_a_row_in_every_step_stamped_with_it():
    market = SyntheticMarket(LISTINGS, seed=1)
    for time in (5, 9):
        assert [(row.symbol, row.time) for row in market.step(time)] == [(symbol, time) for symbol in market.symbols]


def test_leaving_a_symbol_out_does_not_change_another():
    alone = tape(listings=LISTINGS[:1])
    assert alone == of("IBM", tape())


def test_a_silent_symbol_stands_still_and_does_not_change_another():
    quiet, full = SyntheticMarket(LISTINGS, seed=1, regime="volatile"), SyntheticMarket(LISTINGS, seed=1, regime="volatile")
    for step in range(50):
        heard, all_of_them = quiet.step(step, frozenset({"IBM"})), full.step(step)
        assert heard == [row for row in all_of_them if row.symbol != "IBM"]
    assert quiet.step(50)[0].symbol == "IBM"


def test_it_continues_from_where_another_feed_left_the_price():
    market = SyntheticMarket(LISTINGS[:1], seed=1)
    market.step(0)
    market.continue_from("IBM", 150 * 10**8)
    [row] = market.step(1)
    assert abs(row.bid - 150 * 10**8) < 10**8


def test_a_regime_is_changed_while_it_runs_and_prices_go_on():
    market = SyntheticMarket(LISTINGS[:1], seed=1)
    [before] = [market.step(step) for step in range(100)][-1]
    market.turn_to("crash")
    [after] = market.step(100)
    assert abs(after.bid - before.bid) < before.bid // 100
    for step in range(2_000):
        [last] = market.step(101 + step)
    assert last.bid < before.bid * 98 // 100
    with pytest.raises(KeyError):
        market.turn_to("sleepy")
    assert market.regime == "crash"


def test_a_change_of_regime_is_an_event_at_a_step_the_same_seed_and_steps_give_the_same_tape():
    def rows(turns):
        return list(commanded(SyntheticMarket(LISTINGS, seed=7), 0, 5, 20, turns))

    width = len(LISTINGS)
    turned = rows({40: "crash", 70: "calm"})
    assert turned == rows({40: "crash", 70: "calm"})
    steady = rows({})
    assert turned[: 40 * width] == steady[: 40 * width], "nothing before the step is another"
    assert turned[40 * width :] != steady[40 * width :]
    assert rows({41: "crash", 70: "calm"}) != turned


def test_a_symbol_listed_later_joins_and_one_whose_terms_changed_begins_anew():
    market = SyntheticMarket(LISTINGS[:1], seed=1)
    assert not market.add(LISTINGS[0])
    assert market.add(LISTINGS[3])
    assert [row.symbol for row in market.step(0)] == ["IBM", "EURUSD"]
    assert market.add(Listing("IBM", 100 * 10**8, 10**6, 10**8))
    assert abs(market.step(1)[0].bid - 100 * 10**8) < 10**8


def test_unknown_regimes_are_refused():
    assert set(REGIMES) == {"calm", "trend", "volatile", "open", "crash"}
    with pytest.raises(KeyError):
        SyntheticMarket((), seed=1, regime="sleepy")
