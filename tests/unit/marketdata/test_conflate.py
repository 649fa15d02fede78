"""A window keeps what was touched, in the order it was touched, and where it closed."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.conflate import TwoSided, Window


def window(*rows):
    result = Window()
    for at, (bid, ask) in enumerate(rows):
        result.add(bid, ask, at)
    return result


def test_extremes_come_in_the_order_they_happened():
    assert window((100, 101), (97, 98), (103, 104), (100, 101)).touched() == [TwoSided(97, 98), TwoSided(103, 104)]
    assert window((100, 101), (103, 104), (97, 98)).touched() == [TwoSided(103, 104), TwoSided(97, 98)]
    assert window((100, 101)).touched() == [TwoSided(100, 101)]


def test_a_bad_close_is_no_close_but_what_was_good_was_touched():
    result = window((100, 101), (102, 101))
    assert result.close is None
    assert result.touched() == [TwoSided(100, 101)]


def test_bad_rows_touch_nothing():
    assert window((102, 101), (0, 5), (7, 7)).touched() == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_a_window_equals_a_recount_of_its_rows(rows):
    result = window(*rows)
    good = [row for row in rows if 0 < row[0] < row[1]]
    assert {r.ask for r in result.touched()} >= {min(a for _, a in good)} if good else not result.touched()
    assert {r.bid for r in result.touched()} >= {max(b for b, _ in good)} if good else not result.touched()
    assert (result.close is not None) == (bool(rows) and rows[-1] in good)
    assert result.rows == len(rows)
