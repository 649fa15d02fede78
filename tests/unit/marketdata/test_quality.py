"""The rule that decides which quotes may become prices."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.newest import Newest
from marketdata.domain.quality import (
    CONFIRMED_AFTER,
    CONFIRMED_BY,
    DEFAULT_JUMP,
    STALE_AFTER,
    Judge,
    Quality,
    is_good,
    is_stale,
    mid,
    quality,
)
from tests.unit.marketdata.printed import EQUITIES, EURUSD, file_quotes


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [(100, 101, "good"), (101, 101, "locked"), (102, 101, "crossed"), (0, 101, "zero"), (100, 0, "zero"), (0, 0, "zero"), (-1, 5, "zero")],
)
def test_a_pair_has_one_quality_and_only_good_ones_are_good(bid, ask, expected):
    assert quality(bid, ask) == expected
    assert is_good(bid, ask) == (quality(bid, ask) is Quality.GOOD)


def test_a_quote_is_stale_one_microsecond_after_the_bound():
    assert not is_stale(1_000, 1_000 + STALE_AFTER)
    assert is_stale(1_000, 1_001 + STALE_AFTER)


def test_mid_is_between_bid_and_ask():
    assert mid(100, 101) == 100


def judged(*rows, jump=DEFAULT_JUMP, source="feed"):
    """Verdicts on (bid, ask, received) rows, in order."""
    judge = Judge()
    return [judge.judge(bid, ask, source, received, jump).value for bid, ask, received in rows]


def test_a_move_up_to_the_bound_is_good_and_one_beyond_it_is_absurd():
    assert judged((99, 101, 0), (119, 121, 0)) == ["good", "good"]
    assert judged((99, 101, 0), (119, 122, 0)) == ["good", "absurd"]
    assert judged((99, 101, 0), (79, 80, 0)) == ["good", "absurd"]
    assert judged((99, 101, 0), (199, 201, 0), jump=100_000_000) == ["good", "good"]


def test_after_one_wild_quote_the_market_goes_on_from_the_good_one():
    assert judged((99, 101, 0), (10, 11, 1), (100, 102, 2), (10, 11, CONFIRMED_AFTER + 1), (99, 101, CONFIRMED_AFTER + 2)) == [
        "good",
        "absurd",
        "good",
        "absurd",
        "good",
    ]


def test_a_market_that_has_moved_is_believed_when_enough_quotes_agree_for_long_enough():
    rows = [(99, 101, 0)] + [(199 + number, 201 + number, 10 + number * CONFIRMED_AFTER // 2) for number in range(CONFIRMED_BY + 1)]
    assert judged(*rows) == ["good", "absurd", "absurd", "good", "good"]


def test_a_burst_confirms_nothing_and_neither_do_quotes_that_do_not_agree():
    burst = [(199, 201, at) for at in range(50)]
    assert set(judged((99, 101, 0), *burst)[1:]) == {"absurd"}
    wild = [((200, 201) if number % 2 else (20, 21)) + (number * CONFIRMED_AFTER,) for number in range(20)]
    assert set(judged((99, 101, 0), *wild)[1:]) == {"absurd"}


def test_a_stale_quote_and_another_feed_are_nothing_to_compare_with():
    assert judged((99, 101, 0), (199, 201, STALE_AFTER)) == ["good", "absurd"]
    assert judged((99, 101, 0), (199, 201, STALE_AFTER + 1)) == ["good", "good"]
    judge = Judge()
    judge.judge(99, 101, "synthetic", 0)
    assert judge.judge(199, 201, "replay", 1) is Quality.GOOD


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 2_000_000)), min_size=1, max_size=80))
def test_nobody_is_locked_out_for_longer_than_a_quote_stays_fresh(steps):
    judge, now, believed_at = Judge(), 0, 0
    for bid, later in steps:
        now += later
        if judge.judge(bid, bid + 1, "feed", now) is Quality.GOOD:
            believed_at = now
        else:
            assert now - believed_at <= STALE_AFTER


def counted(path):
    """Verdicts on the rows of a file, each received at its own time."""
    symbols = {}
    for row in file_quotes(path):
        symbols.setdefault(row.symbol, Newest()).take(row, row.time)
    bad = sum((Counter(state.bad) for state in symbols.values()), Counter())
    return {Quality.GOOD: sum(state.rows for state in symbols.values()) - sum(bad.values()), **bad}


def test_the_real_files_are_counted_to_the_row():
    assert counted(EURUSD) == {Quality.CROSSED: 4_085, Quality.LOCKED: 2_785, Quality.GOOD: 29_273 - 4_085 - 2_785}
    assert counted(EQUITIES) == {Quality.CROSSED: 44, Quality.LOCKED: 868, Quality.GOOD: 41_927 - 44 - 868}


def test_of_a_symbol_the_newest_good_row_is_kept_beside_the_newest():
    rows = file_quotes(EURUSD)
    state = Newest()
    for row in rows:
        state.take(row, row.time)
    assert state.row == rows[-1]
    assert state.good == [row for row in rows if is_good(row.bid, row.ask)][-1]
