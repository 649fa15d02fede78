"""The worker that sends the replays people ask for in the admin, one after the other, and goes on with those whose run has ended."""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from marketdata import services
from marketdata.domain.steering import ReplayState
from marketdata.models import QuoteReplay
from marketdata.replay.clock import FeedClock
from marketdata.replay.files import FileRefused, QuoteFile, data_folders
from marketdata.replay.holder import lives, this_holder
from marketdata.replay.job import FileInvalid, ReplayJob, Sent, Stopped
from marketdata.replay.progress import Silent
from marketdata.replay.reading import QuoteRows
from marketdata.replay.steering import Checking
from marketdata.replay.validation import Findings
from marketdata.selectors import instruments_by_symbol
from oms_site.infra.bus.ports import BusError
from oms_site.infra.bus.processor import Control
from oms_site.infra.errors import OmsError
from schemas.errors import RegistryError

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
"""How often it looks for a replay to send."""
BACK_OFF_SECONDS = 2.0
_SHOWN = 5


class WorkerClock(FeedClock):
    """A clock that stops with the worker."""

    def __init__(self, ending: Callable[[], str | None]) -> None:
        super().__init__()
        self._ending = ending

    def stopping(self) -> bool:
        """Whether to stop."""
        return self.stop.is_set() or self._ending() is not None


def run(control: Control) -> dict[str, Any]:
    """Send what people asked for until told to stop; what is half sent then waits for the next run."""
    counts = control.counts
    counts |= {"replays": 0, "rows": 0, "failures": 0}
    while (reason := control.stop_reason()) is None:
        control.report("paused" if control.paused() else "running", counts)
        try:
            row = None if control.paused() else services.replay_next(holder=this_holder(), lives=lives, now=timezone.now())
            if row is not None:
                counts["replays"] += 1
                counts["rows"] += _sent(row, control)
                continue
        except (BusError, RegistryError, DatabaseError) as error:
            counts["failures"] += 1
            log.warning("replay_waits", error=f"{type(error).__name__}: {error}")
            _disconnect()
            control.idle(BACK_OFF_SECONDS)
        control.idle(LOOK_SECONDS)
    _disconnect()
    return {**counts, "reason": reason}


def _disconnect() -> None:
    if not connection.in_atomic_block:
        connection.close()


def _sent(row: QuoteReplay, control: Control) -> int:
    """Check and send one; the rows sent. What cannot be sent is said on its row."""
    clock = WorkerClock(control.stop_reason)
    try:
        file = QuoteFile(row.path, data_folders())
    except FileRefused as error:
        _end(row, ReplayState.FAILED, error.message)
        return 0
    try:
        return _job_done(row, file, clock, control).rows
    except Stopped:
        _end(row, ReplayState.STOPPED if control.stop_reason() is None else ReplayState.WAITING, "")
    except OmsError as error:
        _end(row, ReplayState.FAILED, error.message)
    finally:
        file.close()
    return 0


def _job_done(row: QuoteReplay, file: QuoteFile, clock: WorkerClock, control: Control) -> Sent:
    rows = QuoteRows(file, frozenset(instruments_by_symbol()), frozenset(row.symbols) or None, row.skip_bad)
    job = ReplayJob(rows, clock, Silent, Checking(row))
    found = job.check(keep_rejects=row.skip_bad)
    _refuse_bad(found, file.name, skip_bad=row.skip_bad)
    if not row.digest:
        services.replay_refuse_repeat(digest=found.digest, symbols=row.symbols, again=row.again, loop=row.loop)

    def begin() -> QuoteReplay:
        checked = services.Found(found.digest, found.rows, found.first_time, found.last_time)
        return services.replay_checked(replay=row.pk, found=checked, holder=this_holder(), now=timezone.now())

    return job.send(found, begin, held=control.paused, interrupted=ReplayState.WAITING)


def _refuse_bad(found: Findings, name: str, *, skip_bad: bool) -> None:
    if found.bad and not skip_bad:
        first = "; ".join(f"line {bad.line}: {bad.reason}" for bad in found.errors[:_SHOWN])
        raise FileInvalid(f"{name}: {found.bad} bad rows, nothing was sent. {first}")
    if not found.rows:
        raise FileInvalid(f"{name}: there is no row to send")


def _end(row: QuoteReplay, state: ReplayState, message: str) -> None:
    services.replay_end(replay=row.pk, holder=this_holder(), state=state, message=message, now=timezone.now())
