"""Places along a file, the pace between them, and the row a quote is written as."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain import tape_marks
from marketdata.domain.pace import AGES, Pace
from marketdata.domain.rows import COLUMNS, column_order, parse
from marketdata.domain.steering import LIVE, OFFERED, UNFINISHED, Control, ReplayState
from marketdata.domain.tape import read_tape
from marketdata.domain.tape_marks import Mark, Marks
from marketdata.domain.written import row_text
from schemas.messages import Quote

SECOND = 1_000_000
UNITS = st.integers(0, 10**20)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=400), st.integers(0, 4_000))
def test_a_mark_never_lies_behind_the_place_looked_for(steps, wanted):
    marks, line, time, rows = Marks(), 1, 0, []
    marks._every = 4
    for number, step in enumerate(steps, 1):
        line, time = line + 1 + step % 3, time + step % 5
        rows.append((line, time))
        marks.passed(line, number, time)
    at = marks.before_time(wanted)
    assert at == Mark() or at.time < wanted or at.rows == 0
    assert [row for row in rows if row[0] <= at.line and row[1] >= wanted] == []
    assert marks.before_line(wanted).line <= max(1, wanted)


def test_marks_stay_few_however_long_the_file(monkeypatch):
    monkeypatch.setattr(tape_marks, "MOST", 16)
    marks = Marks()
    for number in range(1, 100_000):
        marks.passed(number + 1, number, number)
    assert len(marks._kept) <= 16
    assert marks.before_time(99_999).rows > 80_000


def test_lines_up_to_a_place_are_passed_over_unread():
    header = ",".join(COLUMNS) + "\n"
    rows = [f"2013-10-07T13:30:0{n}.000Z,IBM,1,2,,,,,Q" for n in range(5)]
    text = header + "\n".join(["rubbish", *rows])
    found = list(read_tape([text.encode()], known=frozenset({"IBM"}), after=3))
    assert [row.line for row in found] == [4, 5, 6, 7]


def test_a_change_of_speed_counts_from_where_the_file_is():
    pace = Pace(Fraction(1))
    assert pace.left(0, now=100) == 0
    assert pace.left(10 * SECOND, now=100) == 10 * SECOND
    pace.steer(Fraction(2), held=False, now=100 + 4 * SECOND)
    assert pace.left(10 * SECOND, now=100 + 4 * SECOND) == 3 * SECOND, "six seconds of the file are left"
    pace.steer(None, held=False, now=100 + 5 * SECOND)
    assert pace.left(10 * SECOND, now=100 + 5 * SECOND) == 0
    pace.steer(Fraction(1), held=False, now=100 + 6 * SECOND)
    assert pace.left(12 * SECOND, now=100 + 6 * SECOND) == 2 * SECOND, "from the row that was sent last"


def test_a_standstill_takes_no_time_of_the_file():
    pace = Pace(Fraction(1))
    pace.left(0, now=0)
    pace.steer(Fraction(1), held=True, now=3 * SECOND)
    assert pace.left(3 * SECOND, now=50 * SECOND) == AGES
    pace.steer(Fraction(1), held=False, now=50 * SECOND)
    assert pace.left(4 * SECOND, now=50 * SECOND) == SECOND


def test_another_place_begins_at_once():
    pace = Pace(Fraction(1))
    pace.left(100 * SECOND, now=0)
    pace.begin()
    assert pace.left(5 * SECOND, now=7) == 0


@given(st.tuples(UNITS, UNITS), st.tuples(*[st.none() | UNITS] * 4), st.integers(0, 253_402_300_799_999_999), st.integers(0, 8))
def test_what_is_written_is_read_as_the_same_quote(prices, others, time, decimals):
    bid_size, ask_size, last, last_size = others
    event = "T" if last and last_size else "Q"
    quote = Quote("IBM", *prices, bid_size, ask_size, last, last_size, event, time, "replay")
    pick = column_order(",".join(COLUMNS).encode())
    if max(filter(None, (*prices, *others)), default=0) <= 10**19:
        assert parse(row_text(quote, decimals).encode(), pick) == quote


def test_prices_have_the_decimals_of_the_tick_and_times_the_milliseconds_of_the_files():
    quote = Quote("IBM", 18_190_000_000, 18_195_500_000, 29_000 * 10**8, None, None, None, "Q", 1_381_152_600_019_000)
    assert row_text(quote, 2) == "2013-10-07T13:30:00.019Z,IBM,181.90,181.955,29000,,,,Q"
    assert row_text(replace(quote, time=1), 0) == "1970-01-01T00:00:00.000001Z,IBM,181.9,181.955,29000,,,,Q"


@pytest.mark.parametrize("state", ReplayState)
def test_the_table_of_controls_knows_every_state(state):
    offered = OFFERED[state]
    assert (Control.RESUME in offered) == (state in {ReplayState.PAUSED, ReplayState.STOPPED, ReplayState.FAILED, ReplayState.INTERRUPTED})
    assert (Control.STOP in offered) == (state in LIVE | {ReplayState.WAITING, ReplayState.INTERRUPTED})
    assert (offered == frozenset()) == (state is ReplayState.FINISHED)
    assert state in UNFINISHED | {ReplayState.FINISHED, ReplayState.INTERRUPTED}
