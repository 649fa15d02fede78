"""The synthetic market: repeatable to the byte, and shaped like a market."""

import hashlib

import pytest

from marketdata.demo import DEMO_INSTRUMENTS
from marketdata.domain.quality import is_good
from marketdata.domain.synthetic import REGIMES, Listing, SyntheticMarket
from schemas.units import to_units

LISTINGS = [Listing(d.symbol, to_units(d.reference_price), to_units(d.tick), to_units(d.lot)) for d in DEMO_INSTRUMENTS]


def tape(regime="calm", seed=7, rows=200, listings=LISTINGS):
    market = SyntheticMarket(listings, seed=seed, regime=regime)
    return [market.row(symbol, step * 200_000) for step in range(rows) for symbol in market.symbols]


def test_the_same_seed_gives_the_same_tape_and_another_seed_another():
    assert tape() == tape()
    assert tape(seed=8) != tape()


def test_the_tape_of_a_seed_is_written_down():
    """A change of this hash means every recorded expectation built on a seed moves: intend it."""
    assert hashlib.sha256(repr(tape(rows=50)).encode()).hexdigest()[:16] == "5fa0f785d63b5dbc"


@pytest.mark.parametrize("regime", sorted(REGIMES))
def test_quotes_are_good_on_tick_in_lots_and_prints_lie_on_the_quote(regime):
    ticks = {listing.symbol: listing for listing in LISTINGS}
    events = set()
    for quote in tape(regime, rows=500):
        listing = ticks[quote.symbol]
        assert is_good(quote.bid, quote.ask)
        assert quote.bid % listing.tick == quote.ask % listing.tick == 0
        assert quote.bid_size % (listing.lot * listing.round_lot) == 0 < quote.bid_size
        assert (quote.last_size is not None) == (quote.event == "T")
        assert quote.event == "Q" or quote.last in (quote.bid, quote.ask)
        events.add(quote.event)
    assert events == {"Q", "T"}


def test_leaving_a_symbol_out_does_not_change_another():
    alone = tape(listings=LISTINGS[:1])
    assert alone == [quote for quote in tape() if quote.symbol == "IBM"]


def test_a_crash_falls_and_a_trend_rises():
    def moved(regime):
        rows = tape(regime, rows=2_000, listings=LISTINGS[:1])
        return rows[-1].bid - rows[0].bid

    assert moved("crash") < -LISTINGS[0].reference // 20
    assert moved("trend") > 0
    assert abs(moved("calm")) < LISTINGS[0].reference // 100


def test_it_continues_from_where_another_feed_left_the_price():
    market = SyntheticMarket(LISTINGS[:1], seed=1)
    market.continue_from("IBM", 150 * 10**8)
    assert abs(market.row("IBM", 0).bid - 150 * 10**8) < 10**8
