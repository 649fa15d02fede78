"""What both worker loops do around their work: count, report, wait out faults, end with a reason."""

import time
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from django.db import DatabaseError, close_old_connections, connection

from oms_site.infra import metrics
from oms_site.infra.bus.dead_letters import TooManyDeadLetters
from oms_site.infra.bus.ports import BusError, Fenced, OffsetGone
from oms_site.infra.bus.processor import Control, Halt
from schemas.errors import RegistryError

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0

log = structlog.get_logger(__name__)


class Session(Protocol):
    """One life of a loop between two faults."""

    def work(self) -> None:
        """Until told to stop."""

    def close(self) -> None:
        """Give everything back, never raising."""


def now_us() -> int:
    """The clock, read at the edge: microseconds since the epoch."""
    return time.time_ns() // 1000


def run_sessions(name: str, control: Control, make: Callable[[], Session]) -> dict[str, Any]:
    """Work in sessions until told to stop: counts and the reason.

    A broker, registry or database that is down ends a session, never a record: the next begins after a wait that doubles. Somebody newer
    taking over, and what only a person can mend (too many dead letters, `Halt`), end the run. Raises `OffsetGone`.
    """
    wait = FIRST_WAIT
    while (reason := control.stop_reason()) is None:
        session: Session | None = None
        began = time.monotonic()
        try:
            session = make()
            session.work()
        except OffsetGone:
            log.error("worker_halted", worker=name, why="the log was cut beyond the position to read from")
            raise
        except Fenced as error:
            metrics.BUS_TRANSACTIONS.labels(name, "fenced").inc()
            return {**control.counts, "reason": f"fenced: {error}"}
        except (Halt, TooManyDeadLetters) as error:
            log.error("worker_halted", worker=name, why=str(error))
            return {**control.counts, "reason": str(error), "halted": True}
        except (BusError, RegistryError, DatabaseError) as error:
            metrics.BUS_TRANSACTIONS.labels(name, "failed").inc()
            control.count("faults")
            log.warning("worker_waits", worker=name, error=type(error).__name__, detail=str(error)[:300])
            control.report("waiting", {**control.counts, "for": f"{type(error).__name__}: {error}"[:200]})
            if isinstance(error, DatabaseError):
                connection.close()
        finally:
            if session is not None:
                session.close()
        if time.monotonic() - began > 2 * LONGEST_WAIT:
            wait = FIRST_WAIT
        if control.stop_reason() is None:
            control.idle(wait)
            wait = min(2 * wait, LONGEST_WAIT)
    close_old_connections()
    return {**control.counts, "reason": reason}
