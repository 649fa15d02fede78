"""The rows of a file that may be replayed, read as often as wanted and from any line on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from marketdata.domain.tape import Bad, Good, HeaderError, read_tape
from marketdata.domain.tape_marks import Mark
from marketdata.replay.files import QuoteFile
from marketdata.replay.formats import Unreadable
from marketdata.replay.validation import Digested, Findings, validate
from oms_site.infra.errors import InvalidInput


class FileInvalid(InvalidInput):
    """The file cannot be sent: not readable, no header of this layout, no row, or it changed since it was checked."""


@dataclass(frozen=True, slots=True)
class QuoteRows:
    """A file, the symbols there are, and those wanted (None: all)."""

    file: QuoteFile
    known: frozenset[str]
    selected: frozenset[str] | None
    skip_bad: bool

    def checked(self, *, on_bad: Callable[[Bad], None] | None, on_row: Callable[[int], bool]) -> Findings:
        """Read the whole file. Raises `FileInvalid`, and `Stopped` once `on_row` says False."""
        text = Digested(self._chunks())
        try:
            rows = read_tape(text, known=self.known, selected=self.selected)
            found = validate(rows, on_bad=on_bad, on_row=on_row)
        except HeaderError as error:
            raise FileInvalid(f"{self.file.name}:1: {error}") from None
        except Unreadable as error:
            raise FileInvalid(f"{self.file.name}: {error}") from None
        found.digest = text.hexdigest()
        return found

    def good(self, after: int, *, alive: Callable[[], object], ended: Callable[[], bool]) -> Iterator[Good]:
        """The rows of a checked file behind the line `after`, until `ended`; `alive` is called every few hundred lines, passed over or
        not. Raises `FileInvalid` when the file changed since the check.
        """
        try:
            text = _watched(self._chunks(), alive, ended)
            for row in read_tape(text, known=self.known, selected=self.selected, after=after):
                if ended():
                    return
                if isinstance(row, Good):
                    yield row
                elif not self.skip_bad:
                    raise FileInvalid(f"{self.file.name}:{row.line}: changed since the check: {row.reason}")
        except (HeaderError, Unreadable) as error:
            if ended():
                return  # the text ends where it was broken off
            raise FileInvalid(f"{self.file.name}: changed since the check: {error}") from None

    def place_at(self, time: int, found: Findings, *, alive: Callable[[], object], ended: Callable[[], bool]) -> Mark:
        """The place right before the first row of `time` (microseconds) or later; the end of the file when there is none."""
        place = found.marks.before_time(time)
        for row in self.good(place.line, alive=alive, ended=ended):
            if row.time >= time:
                break
            place = Mark(row.line, place.rows + 1, row.time)
        return place

    def _chunks(self) -> Iterator[bytes]:
        try:
            return self.file.chunks()
        except Unreadable as error:
            raise FileInvalid(f"{self.file.name}: {error}") from None


def _watched(chunks: Iterable[bytes], alive: Callable[[], object], ended: Callable[[], bool]) -> Iterator[bytes]:
    for chunk in chunks:
        alive()
        if ended():
            return
        yield chunk
