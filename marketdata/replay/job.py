"""One run of a replay: check the whole file, then send it under a claim on its symbols."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction

from marketdata.domain.tape import Bad, Good, HeaderError, read_tape
from marketdata.publishing import TopicWriter
from marketdata.replay.claimed import ClaimedSymbols
from marketdata.replay.clock import FeedClock
from marketdata.replay.feed import QuoteFeed
from marketdata.replay.files import QuoteFile
from marketdata.replay.progress import FeedProgress
from marketdata.replay.rejects import RejectFile
from marketdata.replay.validation import Findings, validate
from oms_site import env
from oms_site.infra import metrics
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.errors import InvalidInput
from schemas.messages import Quote
from schemas.topics import QUOTES


class FileInvalid(InvalidInput):
    """The file cannot be sent: no header of this layout, no row, or it changed since it was checked."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, in how many seconds, and whether the file came to its end."""

    rows: int
    seconds: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A file, the symbols there are, and those wanted (None: all)."""

    file: QuoteFile
    known: frozenset[str]
    selected: frozenset[str] | None
    skip_bad: bool
    clock: FeedClock

    def check(self, *, keep_rejects: bool) -> Findings:
        """Read the whole file; with `keep_rejects` the bad rows go to a file. Raises `FileInvalid` and `Stopped`."""
        with ExitStack() as stack:
            progress = stack.enter_context(FeedProgress(f"checking {self.file.name}", None))
            rejects = stack.enter_context(self.rejects()) if keep_rejects else None

            def on_row(rows: int) -> bool:
                progress.show(rows)
                return not self.clock.stopping()

            try:
                return validate(self._rows(), on_bad=rejects.add if rejects else None, on_row=on_row)
            except HeaderError as error:
                raise FileInvalid(f"{self.file.name}:1: {error}") from None

    def rejects(self) -> RejectFile:
        """Where bad rows are kept."""
        return RejectFile(env.RUN_DIR / "rejects", self.file.name)

    def send(self, found: Findings, *, speed: Fraction | None, loop: bool) -> Sent:
        """Send what was found. Raises `SymbolClaimed`, `ClaimLost`, `BusError`, `RegistryError`, `FileInvalid` when the file changed."""
        with ExitStack() as stack:
            claim = stack.enter_context(ClaimedSymbols(found.symbols, self.clock.stop))
            writer = TopicWriter(bus(), wire(), QUOTES, client_id="replay")
            stack.callback(writer.close)
            progress = stack.enter_context(FeedProgress(f"replaying {self.file.name}", None if loop else found.rows))

            def alive(rows: int) -> None:
                claim.keep()
                progress.show(rows)

            feed = QuoteFeed(send=_counted(writer.send), alive=alive, clock=self.clock, speed=speed)
            started = self.clock.now()
            whole = feed.run(self._quotes())
            while whole and loop:
                whole = feed.run(self._quotes())
            return Sent(feed.sent, (self.clock.now() - started) / 1_000_000, whole)

    def _rows(self) -> Iterator[Good | Bad]:
        return read_tape(self.file.chunks(), known=self.known, selected=self.selected)

    def _quotes(self) -> Iterator[Quote]:
        for row in self._rows():
            if isinstance(row, Good):
                yield row.quote
            elif not self.skip_bad:
                raise FileInvalid(f"{self.file.name}:{row.line}: changed since the check: {row.reason}")


def _counted(send: Callable[[list[Quote]], None]) -> Callable[[list[Quote]], None]:
    def counting(rows: list[Quote]) -> None:
        send(rows)
        metrics.REPLAY_ROWS.inc(len(rows))

    return counting
