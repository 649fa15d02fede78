"""A whole quote file as a stream of rows: header, order in time, known symbols. Knows bytes, not files."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from marketdata.domain.lines import MAX_LINE, TooLong, numbered_lines
from marketdata.domain.rows import RowError, column_order, parse, shown
from schemas.messages import Quote


class HeaderError(RowError):
    """The first line is no header of this layout: no row can be read."""


class Good(NamedTuple):
    """A row that may go to the topic."""

    line: int
    quote: Quote

    @property
    def time(self) -> int:
        """The source's time, microseconds."""
        return self.quote.time


class Bad(NamedTuple):
    """A row that may not, the reason, and its bytes (cut at `MAX_LINE`)."""

    line: int
    reason: str
    raw: bytes


def read_tape(
    chunks: Iterable[bytes], *, known: frozenset[str], selected: frozenset[str] | None = None, after: int = 1
) -> Iterator[Good | Bad]:
    """The rows of a file in file order, in bounded memory.

    `known` are the instruments there are; with `selected`, rows of other symbols are checked for form and order, and left out. Blank lines
    count as lines and are skipped. A row out of time order is bad and does not move the time. Lines up to the number `after` are passed
    over unread. Raises `HeaderError`.
    """
    lines = numbered_lines(chunks)
    pick = _header(lines)
    latest = 0
    for number, line in lines:
        if number <= after or not line:
            continue
        try:
            quote = _checked(line, pick, latest)
            latest = quote.time
            if selected is not None and quote.symbol not in selected:
                continue
            if quote.symbol not in known:
                raise RowError(f"symbol: {shown(quote.symbol)} is no known instrument")
        except RowError as error:
            yield Bad(number, str(error), bytes(line))
        else:
            yield Good(number, quote)


def _checked(line: bytes, pick: Callable[[list[str]], tuple[Any, ...]], latest: int) -> Quote:
    if isinstance(line, TooLong):
        raise RowError(f"is longer than {MAX_LINE} bytes")
    quote = parse(line, pick)
    if quote.time < latest:
        raise RowError("timestamp: is earlier than the row before")
    return quote


def _header(lines: Iterator[tuple[int, bytes]]) -> Callable[[list[str]], tuple[Any, ...]]:
    first = next(lines, None)
    if first is None:
        raise HeaderError("the file is empty")
    try:
        if isinstance(first[1], TooLong):
            raise RowError(f"is longer than {MAX_LINE} bytes")
        if first[1].startswith((b"\xff\xfe", b"\xfe\xff")):
            raise RowError("the file is UTF-16: save it as UTF-8")
        return column_order(first[1])
    except RowError as error:
        raise HeaderError(str(error)) from None
