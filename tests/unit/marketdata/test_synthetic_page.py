"""The page of the synthetic market says what its tapes and the real files say, by arithmetic that is right."""

import pytest

from benchmarks.synthetic import facts
from benchmarks.synthetic.numbers import autocorrelation, correlation, kurtosis, mean, overdispersion, quantile
from benchmarks.synthetic.page import PAGE, page, plots
from benchmarks.synthetic.tapes import real
from schemas.messages import Quote


def row(second, bid, ask, last=None, size=None):
    return Quote("IBM", bid, ask, 1, 1, last, size, "Q" if size is None else "T", round(second * 1_000_000), "file")


def test_the_page_and_its_plots_are_fresh():
    """Otherwise run `python -m benchmarks.synthetic`."""
    assert page() == PAGE.read_text(encoding="utf-8")
    for path, drawn in plots().items():
        assert path.read_text(encoding="utf-8") == drawn, path.name


def test_the_real_files_are_read_whole():
    assert {symbol: len(rows) for symbol, rows in real().items()} == {"IBM": 7_102, "BAC": 17_496, "AIG": 17_329, "EURUSD": 29_273}


def test_moments():
    assert mean([1, 2, 6]) == 3
    assert kurtosis([-1, 1] * 10) == 1
    assert kurtosis([5, 5]) == 0
    assert quantile([3, 1, 2, 4], 50) == 3
    assert overdispersion([0, 4]) == 2


def test_correlations():
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert correlation([1, 1, 1], [3, 2, 1]) == 0
    assert autocorrelation([1, -1] * 50, 1) == pytest.approx(-0.99)
    assert autocorrelation([1, -1] * 50, 2) == pytest.approx(0.98)


def test_the_middle_of_a_second_is_the_last_row_until_then():
    rows = [row(0, 10, 12), row(0.5, 20, 22), row(1, 30, 32), row(3.5, 40, 42)]
    assert facts.middles(rows, 1) == [22, 62, 62, 62]
    assert facts.returns(rows, 1) == [40 / 22, 0, 0]


def test_a_print_above_the_middle_is_a_buyers_and_at_the_middle_the_change_of_price_decides():
    rows = [
        row(0, 10, 12, 12, 1),
        row(1, 10, 12),
        row(2, 10, 12, 10, 1),
        row(3, 10, 12, 11, 1),
        row(4, 10, 12, 11, 1),
        row(5, 8, 12, 10, 1),
    ]
    assert facts.signs(rows) == [1, -1, 1, 1, -1]


def test_arrivals_are_counted_in_full_intervals():
    rows = [row(0, 10, 12, 12, 1), row(4.9, 10, 12, 12, 1), row(5, 10, 12, 12, 1), row(11, 10, 12, 12, 1)]
    assert facts.arrivals(rows, 5) == [2, 1]
