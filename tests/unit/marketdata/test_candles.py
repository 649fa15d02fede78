"""Bars are the same whatever the order their prints were told in, lose no print, and equal a recount of both real files."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.domain.candles import INTERVALS, WIDTHS, Bars, Tape
from schemas.units import from_units
from tests.unit.marketdata.printed import EQUITIES, EURUSD, Counted, a_print, file_quotes, file_rows, recount, utc_day

SECOND = 1_000_000
HOUR = 3_600 * SECOND
START = int(datetime(2026, 11, 24, 15, tzinfo=UTC).timestamp()) * SECOND
RETENTION = {interval: (number + 1) * HOUR for number, interval in enumerate(INTERVALS)}


def fold(rows, tapes=None, *, into=None, day=utc_day):
    """The bars of one batch, brought into what was known before."""
    tapes = defaultdict(Tape) if tapes is None else tapes
    bars = Bars(RETENTION, day)
    bars.take(rows, tapes)
    known = {} if into is None else into
    for key, bar in bars.result().items():
        if key in known:
            known[key].merge(bar)
        else:
            known[key] = bar
    return known


def counted(bar):
    prices = (from_units(value) for value in (bar.open, bar.high, bar.low, bar.close, bar.volume))
    return Counted(*prices, from_units(bar.turnover, 16), bar.trades)


prints = st.lists(
    st.tuples(st.sampled_from(["IBM", "BAC"]), st.integers(2, 50), st.integers(1, 9), st.integers(0, 30 * 60 * SECOND)), max_size=60
)


def rows_of(drawn):
    """Prints of distinct times (so that their order is all that is to be decided), in the order of time."""
    distinct = {(symbol, at): (symbol, price, size, at) for symbol, price, size, at in drawn}
    return [a_print(symbol, price, size, START + at) for symbol, price, size, at in sorted(distinct.values(), key=lambda one: one[3])]


@settings(deadline=None)
@given(prints, st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_order_and_any_batches_of_prints_within_the_retention_give_the_same_bars(drawn, chance, batches):
    rows = rows_of(drawn)
    in_order = fold(rows)
    chance.shuffle(rows)
    tapes, known = defaultdict(Tape), {}
    for batch in range(batches):
        fold(rows[batch::batches], tapes, into=known)
    assert known == in_order
    assert sum(tape.left for tape in tapes.values()) == 0


@settings(deadline=None)
@given(prints)
def test_every_interval_holds_every_print_and_its_open_high_low_and_close(drawn):
    rows = rows_of(drawn)
    bars = fold(rows)
    for interval in INTERVALS:
        mine = {key: bar for key, bar in bars.items() if key[1] == interval}
        assert sum(bar.volume for bar in mine.values()) == sum(row.last_size for row in rows)
        assert sum(bar.turnover for bar in mine.values()) == sum(row.last * row.last_size for row in rows)
        assert sum(bar.trades for bar in mine.values()) == len(rows)
        for (symbol, _, start), bar in mine.items():
            width = 24 * HOUR if interval == "1d" else WIDTHS[interval] * SECOND
            prices = [row.last for row in rows if row.symbol == symbol and start <= row.time < start + width]
            assert (bar.open, bar.high, bar.low, bar.close) == (prices[0], max(prices), min(prices), prices[-1])


def test_of_prints_of_one_microsecond_the_one_told_first_opens_and_the_one_told_last_closes():
    bar = fold([a_print("IBM", 10, 1, START), a_print("IBM", 12, 1, START), a_print("IBM", 11, 1, START)])["IBM", "1s", START]
    assert (bar.open, bar.close) == (10 * 10**8, 11 * 10**8)


def test_a_stretch_without_a_print_has_no_bar():
    starts = sorted(key[2] for key in fold([a_print("IBM", 10, 1, START), a_print("IBM", 10, 1, START + 10 * SECOND)]) if key[1] == "1s")
    assert starts == [START, START + 10 * SECOND]


def test_quotes_are_no_prints():
    quote = a_print("IBM", 10, 1, START)
    assert fold([type(quote)("IBM", 1, 2, None, None, 10, 5, "Q", START)]) == {}


def test_a_print_later_than_an_interval_is_kept_is_left_by_it_and_counted_once():
    tapes = defaultdict(Tape)
    late = a_print("IBM", 20, 3, START - 2 * HOUR)
    bars = fold([a_print("IBM", 10, 1, START), late], tapes)
    takers = {interval for _, interval, start in bars if start <= late.time and bars["IBM", interval, start].high == 20 * 10**8}
    assert takers == {interval for interval, window in RETENTION.items() if window >= 2 * HOUR}
    assert (tapes["IBM"].prints, tapes["IBM"].late, tapes["IBM"].left) == (2, 1, 1)
    assert (tapes["IBM"].at, tapes["IBM"].price) == (START, 10 * 10**8), "an old print is not the last trade"


def test_another_feed_of_a_symbol_has_a_clock_of_its_own():
    tapes = defaultdict(Tape)
    long_ago = a_print("IBM", 20, 3, START - 5_000 * HOUR)
    bars = fold([a_print("IBM", 10, 1, START, source="synthetic"), long_ago], tapes)
    assert ("IBM", "1s", long_ago.time) in bars
    assert (tapes["IBM"].late, tapes["IBM"].at) == (0, long_ago.time)


@pytest.mark.parametrize("interval", INTERVALS)
def test_the_candles_of_the_real_prints_equal_a_recount_of_the_files_rows(interval, real_bars):
    raw = recount(file_rows(EQUITIES), interval)
    mine = {(symbol, start): counted(bar) for (symbol, of, start), bar in real_bars.items() if of == interval}
    assert mine == raw
    assert sum(bar.trades for bar in mine.values()) == 17_195


@pytest.fixture(scope="module")
def real_bars():
    """The file through the fold in batches of a thousand rows, as the worker gets it."""
    rows, tapes, known = file_quotes(EQUITIES), defaultdict(Tape), {}
    for start in range(0, len(rows), 1_000):
        fold(rows[start : start + 1_000], tapes, into=known)
    assert sum(tape.late for tape in tapes.values()) == 0
    return known


def test_the_file_without_prints_has_no_candles():
    assert fold(file_quotes(EURUSD)) == {}


def test_a_days_bar_is_of_the_business_date_the_calendar_says():
    later = a_print("IBM", 11, 1, START + HOUR)
    bars = fold([a_print("IBM", 10, 1, START), later], day=lambda symbol, at: utc_day(symbol, at + (24 * HOUR if at > START else 0)))
    days = {key[2]: counted(bar).close for key, bar in bars.items() if key[1] == "1d"}
    midnight = START - 15 * HOUR
    assert days == {midnight: Decimal(10), midnight + 24 * HOUR: Decimal(11)}
