"""Values that hold from one moment until another: of those that cover a moment, the one that began last holds.

So a limit that was loosened until tonight is tonight what it was before, without anybody doing anything; and what is changed at once does
not undo what has been laid down for tomorrow. Moments are microseconds.
"""

from collections.abc import Iterator
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

ALWAYS = 0
FOREVER = 2**63 - 1
KEPT_US = 60_000_000
"""How long what has run out is kept: a command may be judged a little after the moment it was written."""


class Span(NamedTuple):
    """What holds in [start, end). `began` decides between spans that cover the same moment. `value` None: nothing is set for that time."""

    began: int
    start: int
    end: int
    value: Any


class Dated(Generic[T]):
    """One value over time: spans by when they began, of two that began together the later one was set later."""

    __slots__ = ("_spans",)

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def set(self, value: T | None, start: int | None, end: int | None, now: int) -> None:
        """Let `value` hold from `start` until `end` (None: until it is set anew). `now` is when this was said.

        Without `start` it holds at once, for everything that is judged from now on, also what was written a moment earlier. None without
        either moment takes everything away, also what was laid down for later.
        """
        if value is None and start is None and end is None:
            self._spans = []
            return
        span = Span(now if start is None else start, ALWAYS if start is None else start, FOREVER if end is None else end, value)
        kept = [held for held in self._spans if held.end > now - KEPT_US and not _covers(span, held)]
        self._spans = sorted([*kept, span], key=lambda held: held.began)

    def at(self, moment: int) -> T | None:
        """What holds at a moment."""
        for _, start, end, value in reversed(self._spans):
            if start <= moment < end:
                return value
        return None

    def bounds(self) -> Iterator[int]:
        """The moments at which another value may begin to hold."""
        for span in self._spans:
            if span.start != ALWAYS:
                yield span.start
            if span.end != FOREVER:
                yield span.end

    def __bool__(self) -> bool:
        return bool(self._spans)

    def dump(self) -> list[list[Any]]:
        """The spans as values JSON can hold."""
        return [list(span) for span in self._spans]

    @classmethod
    def load(cls, rows: list[list[Any]]) -> "Dated[T]":
        """The value that was dumped."""
        made: Dated[T] = cls()
        made._spans = [Span(*row) for row in rows]
        return made


def _covers(later: Span, held: Span) -> bool:
    """Whether a span that was set before never holds any more."""
    return held.began <= later.began and later.start <= held.start and held.end <= later.end
