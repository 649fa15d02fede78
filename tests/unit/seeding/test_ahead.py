"""Work ahead: in order, bounded, and a fault is the reader's."""

import threading
from collections.abc import Iterator

import pytest

from oms_site.seeding.ahead import ahead


def test_items_come_in_their_order_and_whole() -> None:
    assert list(ahead(iter(range(1_000)))) == list(range(1_000))
    assert list(ahead([])) == []


def test_what_making_raises_is_raised_where_it_is_read() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    read = ahead(items())
    assert next(read) == 1
    with pytest.raises(ValueError, match="broken"):
        next(read)


def test_no_more_is_made_ahead_than_is_allowed_and_who_stops_stops_the_making() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1_000_000):
            made.append(number)
            yield number

    read = ahead(items(), most=3)
    assert next(read) == 0
    read.close()
    assert not any(thread.name == "ahead" for thread in threading.enumerate())
    assert len(made) < 20
