"""The check of a whole file before anything of it is sent."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from marketdata.domain.tape import Bad, Good
from marketdata.domain.tape_marks import Marks

SHOWN_ERRORS = 100
"""Bad rows listed one by one; the rest is counted."""


class Stopped(Exception):
    """Whoever runs it asked to stop."""


@dataclass(slots=True)
class Findings:
    """What a file holds: rows that can be sent, their symbols and time span (microseconds), places along them, and the bad rows.

    `digest` is the SHA-256 of the text, however it is packed: by it a file is known again.
    """

    rows: int = 0
    symbols: set[str] = field(default_factory=set)
    first_time: int = 0
    last_time: int = 0
    bad: int = 0
    errors: list[Bad] = field(default_factory=list)
    marks: Marks = field(default_factory=Marks)
    digest: str = ""


class Digested:
    """Passes pieces of text on and keeps their SHA-256."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            yield chunk

    def hexdigest(self) -> str:
        """Of what was read so far."""
        return self._hash.hexdigest()


def validate(
    rows: Iterable[Good | Bad], *, on_bad: Callable[[Bad], None] | None = None, on_row: Callable[[int], bool] | None = None
) -> Findings:
    """Read every row. `on_bad` gets each bad one; `on_row` the count now and then, and stops the check by returning False (`Stopped`)."""
    found = Findings()
    for number, row in enumerate(rows):
        if isinstance(row, Bad):
            found.bad += 1
            if len(found.errors) < SHOWN_ERRORS:
                found.errors.append(row)
            if on_bad is not None:
                on_bad(row)
        else:
            if not found.rows:
                found.first_time = row.quote.time
            found.rows += 1
            found.last_time = row.quote.time
            found.symbols.add(row.quote.symbol)
            found.marks.passed(row.line, found.rows, row.quote.time)
        if on_row is not None and number % 1_000 == 0 and not on_row(number):
            raise Stopped
    return found
