"""What the house shows: on the tick, in lots, never crossed, never beyond the inventory bound, moved against the inventory."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.conflate import TwoSided
from marketdata.domain.ladder import NOTHING, Terms, best_prices, ladder

TICK, LOT = 10, 100
TERMS = Terms("IBM", TICK, 5 * LOT, 20 * LOT, LOT)


@st.composite
def terms(draw):
    number = st.integers(1, 8)
    return Terms(
        "IBM",
        TICK,
        draw(number) * LOT,
        draw(st.integers(1, 40)) * LOT,
        LOT,
        levels=draw(number),
        step=draw(number),
        skew=draw(st.integers(0, 30)),
        min_spread=draw(st.integers(1, 30)),
    )


PAIRS = st.tuples(st.integers(1, 3_000), st.integers(1, 300)).map(lambda pair: TwoSided(pair[0], pair[0] + pair[1]))
HELD = st.integers(-6_000, 6_000)


@given(PAIRS, terms(), HELD)
def test_levels_are_on_tick_in_lots_apart_and_no_more_than_asked_for(pair, terms, held):
    for sign, side in zip((-1, 1), ladder(pair, terms, held), strict=True):
        assert len(side) <= terms.levels
        assert all(level.price > 0 and level.price % TICK == 0 for level in side)
        assert all(0 < level.size <= terms.size and level.size % LOT == 0 for level in side)
        assert all(sign * (worse.price - better.price) == terms.step * TICK for better, worse in pairwise(side))


@given(PAIRS, terms(), HELD)
def test_never_crossed_never_at_the_markets_other_side_and_the_least_spread_is_kept(pair, terms, held):
    bids, asks = ladder(pair, terms, held)
    assert all(bid.price < pair.ask for bid in bids)
    assert all(ask.price > pair.bid for ask in asks)
    if bids and asks:
        assert asks[0].price - bids[0].price >= terms.min_spread * TICK


@given(PAIRS, terms(), HELD)
def test_all_levels_filled_on_one_side_do_not_pass_the_bound(pair, terms, held):
    bids, asks = ladder(pair, terms, held)
    assert held + sum(level.size for level in bids) <= max(terms.bound, held)
    assert held - sum(level.size for level in asks) >= min(-terms.bound, held)


@given(PAIRS, terms(), HELD, st.integers(0, 6_000))
def test_the_more_it_holds_the_lower_it_quotes(pair, terms, held, more):
    less_held, more_held = best_prices(pair, terms, held), best_prices(pair, terms, held + more)
    assert more_held.bid <= less_held.bid
    assert more_held.ask <= less_held.ask


@given(PAIRS, terms())
def test_without_inventory_the_market_is_never_bettered(pair, terms):
    best = best_prices(pair, terms, 0)
    assert best.bid <= pair.bid
    assert best.ask >= pair.ask


@given(PAIRS, terms(), HELD)
def test_without_a_market_or_without_knowing_the_inventory_there_is_no_order(pair, terms, held):
    assert ladder(None, terms, held) == NOTHING
    assert ladder(pair, terms, None) == NOTHING


@pytest.mark.parametrize(
    ("held", "bid", "ask"), [(0, 1_000, 1_200), (1_000, 980, 1_180), (2_000, 960, 1_160), (-2_000, 1_040, 1_240), (-500, 1_010, 1_210)]
)
def test_a_skew_of_four_ticks_is_whole_at_the_bound_and_in_proportion_before_it(held, bid, ask):
    assert best_prices(TwoSided(1_000, 1_200), TERMS._replace(skew=4), held) == TwoSided(bid, ask)


def test_a_market_narrower_than_the_least_spread_is_widened_on_both_sides():
    assert best_prices(TwoSided(1_000, 1_010), TERMS._replace(min_spread=4), 0) == TwoSided(980, 1_020)


def test_the_last_level_takes_what_the_bound_leaves():
    bids, asks = ladder(TwoSided(1_000, 1_010), TERMS._replace(levels=3), 8 * LOT)
    assert [(level.price, level.size // LOT) for level in bids] == [(1_000, 5), (990, 5), (980, 2)]
    assert [(level.price, level.size // LOT) for level in asks] == [(1_010, 5), (1_020, 5), (1_030, 5)]


def test_at_the_bound_only_the_side_that_brings_it_back_is_shown():
    bids, asks = ladder(TwoSided(1_000, 1_010), TERMS, TERMS.bound)
    assert (bids, len(asks)) == ((), 1)
