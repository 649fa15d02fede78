"""Lines in bounded memory, whatever their ends and wherever the pieces are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.lines import MAX_LINE, TooLong, numbered_lines


@given(
    st.lists(st.binary(max_size=8).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b""))),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
    st.integers(1, 7),
)
def test_lines_are_the_same_for_every_line_end_and_every_cut(lines, end, size):
    data = b"".join(line + end for line in lines)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert list(numbered_lines(chunks)) == list(enumerate(lines, 1))


def test_a_file_may_end_without_an_end_of_line():
    assert list(numbered_lines([b"a\nb"])) == [(1, b"a"), (2, b"b")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b""])
def test_an_overlong_line_is_cut_marked_and_counted_once(end):
    data = b"a\n" + b"x" * (3 * MAX_LINE) + end + (b"b\n" if end else b"")
    lines = list(numbered_lines(data[at : at + 1000] for at in range(0, len(data), 1000)))
    assert [number for number, _ in lines] == [1, 2, 3] if end else [1, 2]
    assert isinstance(lines[1][1], TooLong)
    assert len(lines[1][1]) == MAX_LINE
    assert not end or lines[2] == (3, b"b")


def test_an_endless_line_needs_no_more_memory_than_its_bound():
    def endless():
        for _ in range(400):
            yield b"y" * 65_536

    lines = list(numbered_lines(endless()))
    assert len(lines) == 1
    assert len(lines[0][1]) == MAX_LINE
