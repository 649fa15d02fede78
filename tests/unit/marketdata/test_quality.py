"""The rule that decides which quotes may become prices."""

import pytest

from marketdata.domain.quality import STALE_AFTER, Quality, is_good, is_stale, mid, quality


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
