"""One run of a replay: check the whole file, then send what is left of it under a claim on its symbols."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from marketdata import services
from marketdata.domain.steering import ReplayState
from marketdata.models import QuoteReplay
from marketdata.publishing import TopicWriter
from marketdata.replay.claimed import ClaimedSymbols
from marketdata.replay.clock import FeedClock
from marketdata.replay.origin import lines_sent
from marketdata.replay.progress import Progress
from marketdata.replay.reading import FileInvalid, QuoteRows
from marketdata.replay.rejects import RejectFile
from marketdata.replay.sending import Sending
from marketdata.replay.steering import Steering
from marketdata.replay.validation import Findings, Stopped
from oms_site import env
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import BusError
from schemas.errors import RegistryError
from schemas.topics import QUOTES


@dataclass(frozen=True, slots=True)
class Sent:
    """What this run sent, in how many seconds, and whether the file came to its end."""

    rows: int
    seconds: float
    whole: bool


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """A file to be sent. `progress(what, total)` makes what shows how far it is; `alive` says False when the check is to stop."""

    rows: QuoteRows
    clock: FeedClock
    progress: Callable[[str, int | None], Progress]
    alive: Callable[[], bool] = lambda: True

    def check(self, *, keep_rejects: bool) -> Findings:
        """Read the whole file; with `keep_rejects` the bad rows go to a file. Raises `FileInvalid` and `Stopped`."""
        with ExitStack() as stack:
            progress = stack.enter_context(self.progress(f"checking {self.rows.file.name}", None))
            rejects = stack.enter_context(self.rejects()) if keep_rejects else None

            def on_row(rows: int) -> bool:
                progress.show(rows)
                return self.alive() and not self.clock.stopping()

            return self.rows.checked(on_bad=rejects.add if rejects else None, on_row=on_row)

    def rejects(self) -> RejectFile:
        """Where bad rows are kept."""
        return RejectFile(env.RUN_DIR / "rejects", self.rows.file.name)

    def send(
        self,
        found: Findings,
        begin: Callable[[], QuoteReplay],
        *,
        held: Callable[[], bool] = lambda: False,
        begun: Callable[[QuoteReplay], None] = lambda row: None,
        interrupted: ReplayState = ReplayState.STOPPED,
    ) -> Sent:
        """Send what is left. `begin` gives the replay's row once the symbols are claimed, `begun` hears of it, `held` makes it stand
        still, `interrupted` is the state it is left in by a signal or a broker that fails.

        Raises `SymbolClaimed`, `ClaimLost`, `ReplayLost`, `BusError`, `RegistryError`, `FileInvalid` when the file changed, and what
        `begin` raises.
        """
        with ExitStack() as stack:
            claim = stack.enter_context(ClaimedSymbols(found.symbols, self.clock.stop))
            row = begin()
            begun(row)
            already = lines_sent(bus(), row)
            steering = Steering(row, barrier=max(already, default=0), held=held)
            writer = TopicWriter(bus(), wire(), QUOTES, client_id="replay")
            stack.callback(writer.close)
            writer.prepare()  # or the first rows are late by it
            progress = stack.enter_context(self.progress(f"replaying {self.rows.file.name}", None if row.loop else found.rows))

            def alive() -> None:
                claim.keep()
                progress.show(steering.place.rows, steering.place.time)

            sending = Sending(rows=self.rows, found=found, row=row, steering=steering, writer=writer, clock=self.clock, alive=alive)
            started = self.clock.now()
            try:
                whole = sending.run(already)
            except (BusError, RegistryError) as error:
                steering.end(interrupted, str(error))
                raise
            except (services.ClaimLost, FileInvalid) as error:
                steering.end(ReplayState.FAILED, str(error))
                raise
            steering.end(ReplayState.FINISHED if whole else ReplayState.STOPPED if steering.stopped else interrupted)
            return Sent(sending.sent, (self.clock.now() - started) / 1_000_000, whole)


__all__ = ["FileInvalid", "ReplayJob", "Sent", "Stopped"]
