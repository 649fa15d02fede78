"""What a quote file may hold, and what is said about the rest: every class of bad input by its line number."""

import pytest

from marketdata.domain.rows import COLUMNS
from marketdata.domain.tape import Bad, Good, HeaderError, read_tape

HEADER = ",".join(COLUMNS)
KNOWN = frozenset({"IBM", "BAC"})
Q = "2013-10-07T13:30:00.072Z,IBM,181.69,181.90,200,700,,,Q"
T = "2013-10-07T13:30:00.072Z,IBM,181.69,181.90,200,700,181.90,400,T"


def rows_of(*lines, header=HEADER, end="\n", selected=None, prefix=b""):
    data = prefix + end.join((header, *lines)).encode()
    return list(read_tape([data], known=KNOWN, selected=selected))


def row(**changes):
    values = dict(zip(COLUMNS, T.split(","), strict=True)) | changes
    return ",".join(values[name] for name in COLUMNS)


def test_a_row_says_exactly_what_the_quote_says():
    [good] = rows_of(T)
    assert good.line == 2
    quote = good.quote
    assert (quote.symbol, quote.bid, quote.ask) == ("IBM", 181_69000000, 181_90000000)
    assert (quote.bid_size, quote.ask_size) == (200_00000000, 700_00000000)
    assert (quote.last, quote.last_size, quote.event) == (181_90000000, 400_00000000, "T")
    assert (quote.time, quote.source) == (1381152600_072000, "replay")


def test_sizes_and_last_may_be_blank_on_a_quote_row():
    [good] = rows_of(row(bid_size="", ask_size="", last="", last_size="", event="Q"))
    assert (good.quote.bid_size, good.quote.ask_size, good.quote.last, good.quote.last_size) == (None, None, None, None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_a_byte_order_mark_are_taken(end):
    assert [type(r) for r in rows_of(Q, T, end=end, prefix=b"\xef\xbb\xbf")] == [Good, Good]


def test_columns_may_stand_in_any_order():
    order = tuple(reversed(COLUMNS))
    line = ",".join(dict(zip(COLUMNS, T.split(","), strict=True))[name] for name in order)
    [good] = rows_of(line, header=",".join(order))
    assert good.quote == rows_of(T)[0].quote


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("", "missing column"),
        (HEADER.replace(",ask,", ","), "missing column: 'ask'"),
        (HEADER + ",extra", "unknown column: 'extra'"),
        (HEADER + ",bid", "doubled column: 'bid'"),
        (HEADER.replace(",", ";"), "separated by commas"),
        (HEADER.replace(",", "\t"), "separated by commas"),
    ],
)
def test_a_wrong_header_is_refused_as_a_whole(header, says):
    with pytest.raises(HeaderError, match=says):
        rows_of(T, header=header)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_with_the_remedy(encoding):
    with pytest.raises(HeaderError, match="UTF-8"):
        list(read_tape([(HEADER + "\n" + Q).encode(encoding)], known=KNOWN))


def test_an_empty_file_is_refused():
    with pytest.raises(HeaderError, match="empty"):
        list(read_tape([], known=KNOWN))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (row(bid=""), "bid: is blank"),
        (row(ask=""), "ask: is blank"),
        (row(timestamp=""), "timestamp"),
        (row(symbol=""), "symbol: is blank"),
        (row(symbol="NOPE"), "symbol: 'NOPE' is no known instrument"),
        (row(last_size=""), "last_size: is blank"),
        (row(last=""), "last: is blank"),
        (row(last_size="0"), "last_size: is 0"),
        (row(event="X"), "event"),
        (row(event=""), "event"),
        (row(bid="1e3"), "bid: '1e3'"),
        (row(bid="NaN"), "bid"),
        (row(bid="Infinity"), "bid"),
        (row(bid="-1"), "bid"),
        (row(bid="+1"), "bid"),
        (row(bid=" 1"), "bid"),
        (row(bid="1_0"), "bid"),
        (row(bid="0x10"), "bid"),
        (row(bid="01"), "bid"),
        (row(bid="1."), "bid"),
        (row(bid=".5"), "bid"),
        (row(bid="1.123456789"), "bid"),
        (row(bid="\u0661\u0662"), "bid"),
        (row(bid="\uff11"), "bid"),
        (row(bid="999999999999"), "too large"),
        (row(bid="9" * 2000), "bid"),
        (row(bid='"181,69"'), "bid: '181,69'"),
        (row(bid="181,69"), "has 10 fields"),
        (row() + ",", "has 10 fields"),
        (T.rpartition(",")[0], "has 8 fields"),
        ('"' + T, "quoting"),
        (row(timestamp="2013-10-07T13:30:00.072"), "no UTC time"),
        (row(timestamp="2013-10-07T13:30:00+02:00"), "no UTC time"),
        (row(timestamp="2013-10-07 13:30:00Z"), "no UTC time"),
        (row(timestamp="2013-02-30T13:30:00Z"), "does not exist"),
        (row(timestamp="2013-10-07T13:30:60Z"), "does not exist"),
        (row(timestamp="1969-12-31T23:59:59Z"), "before 1970"),
        (row(symbol="I" * 200_000), "longer than"),
        (row(bid="1\x00"), "NUL"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field_and_the_next_is_read(line, says):
    bad, good = rows_of(line, T)
    assert isinstance(bad, Bad)
    assert bad.line == 2
    assert says in bad.reason
    assert isinstance(good, Good)


def test_latin1_text_is_refused_by_its_line():
    data = (HEADER + "\n" + Q + "\n").encode() + row(symbol="É").encode("latin-1")
    good, bad = read_tape([data], known=KNOWN)
    assert isinstance(good, Good)
    assert (bad.line, "UTF-8" in bad.reason) == (3, True)


def test_time_may_stand_still_but_not_go_back():
    later = row(timestamp="2013-10-07T13:30:01Z")
    rows = rows_of(later, later, T, later)
    assert [type(r) for r in rows] == [Good, Good, Bad, Good]
    assert "earlier than the row before" in rows[2].reason


def test_rows_of_symbols_not_selected_are_checked_but_left_out():
    other = row(symbol="NOPE")
    rows = rows_of(other, T, row(symbol="BAC", bid="x"), selected=frozenset({"IBM"}))
    assert [(type(r), r.line) for r in rows] == [(Good, 3), (Bad, 4)]


def test_blank_lines_count_but_are_no_rows():
    assert [r.line for r in rows_of(Q, "", T, "")] == [2, 4]


def test_a_side_without_a_quote_is_kept_as_zero():
    [good] = rows_of(row(bid="0"))
    assert good.quote.bid == 0
