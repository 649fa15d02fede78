"""Marks along a file, made while it is checked, so that a place in it is found again without reading every row before it."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

MOST = 4_096


class Mark(NamedTuple):
    """Behind `line` of the file: `rows` rows that can be sent lie before, the last of them of `time` (microseconds, 0 before the first)."""

    line: int = 1
    rows: int = 0
    time: int = 0


class Marks:
    """At most `MOST` marks, evenly spaced over the rows seen, whatever their number."""

    def __init__(self) -> None:
        self._kept = [Mark()]
        self._every = 64

    def passed(self, line: int, rows: int, time: int) -> None:
        """The row of `line` is the `rows`th that can be sent."""
        if rows % self._every:
            return
        if len(self._kept) == MOST:
            self._every *= 2
            self._kept = self._kept[::2]
            if rows % self._every:
                return
        self._kept.append(Mark(line, rows, time))

    def before_time(self, time: int) -> Mark:
        """The last mark all of whose rows are earlier than `time`."""
        return self._kept[max(0, bisect_left(self._kept, time, key=lambda mark: mark.time) - 1)]

    def before_line(self, line: int) -> Mark:
        """The last mark at or before the end of `line`."""
        return self._kept[max(0, bisect_right(self._kept, line, key=lambda mark: mark.line) - 1)]
