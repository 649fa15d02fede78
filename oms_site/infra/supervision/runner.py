"""Runs a worker's loop under its lease: renews it from a thread of its own, carries orders in and progress out. ADR 0005."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from oms_site.infra.bus.ports import OffsetGone
from oms_site.infra.bus.processor import Control
from oms_site.infra.supervision.models import DesiredState
from oms_site.infra.supervision.services import RENEW_SECONDS, TTL_SECONDS, Wanted, lease_release, lease_renew

BOUND_SECONDS = 30 * 60.0
"""A run ends after this time and is started anew: what leaks or drifts is bounded, and each run's result is seen."""

logger = logging.getLogger(__name__)


@dataclass
class Runner:
    """One run of one slot. `stopping` tells of a warm shutdown; `clock` is the wall clock for the rows, intervals are monotonic.

    The loop asks `stop_reason` and `paused` between batches: they read fields only. The thread alone talks to the database.
    """

    worker: str
    slot: int
    generation: int
    holder: str
    stopping: Callable[[], bool]
    clock: Callable[[], datetime]
    bound_seconds: float = BOUND_SECONDS
    renew_seconds: float = RENEW_SECONDS
    _began: float = field(default_factory=time.monotonic)
    _since: datetime | None = None
    _state: str = "recovering"
    _progress: dict[str, Any] = field(default_factory=dict)
    _wanted: Wanted | None = None
    _lost: bool = False
    _wake: threading.Event = field(default_factory=threading.Event)
    _ended: bool = False

    def run(self, work: Callable[[Control, int], dict[str, Any]]) -> dict[str, Any]:
        """Work until told to stop; counts and the reason. An exception of the loop is written to the lease and goes on to the caller."""
        self._since = self.clock()
        if not self._renew(first=True):
            return {"reason": "the lease was given to another run"}
        control = Control(stop_reason=self.stop_reason, paused=self.paused, report=self.report)
        keeper = threading.Thread(target=self._keep, args=(control,), name=f"lease-{self.worker}-{self.slot}", daemon=True)
        keeper.start()
        state, message = "failed", ""
        try:
            result = work(control, self.slot)
            state = "halted" if result.get("halted") else "stopped"
            message = str(result.get("reason", ""))
        except OffsetGone as error:
            state, message = "halted", f"halted: {error}"
            raise
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
            raise
        else:
            return result
        finally:
            self._ended = True
            self._wake.set()
            keeper.join()
            self._release(state, message, control.counts)

    def stop_reason(self) -> str | None:
        """Why the loop must end now, None while it may go on."""
        wanted = self._wanted
        if self.stopping():
            return "shutdown"
        if self._lost or wanted is None:
            return "lease lost"
        if wanted.state == DesiredState.STOP:
            return "stopped by an operator"
        if wanted.restart_requested_at is not None and self._since is not None and wanted.restart_requested_at > self._since:
            return "restart asked for"
        if self.slot >= wanted.slots:
            return "fewer are wanted"
        return "time bound" if time.monotonic() - self._began > self.bound_seconds else None

    def paused(self) -> bool:
        """Whether an operator wants it alive without work."""
        return self._wanted is not None and self._wanted.state == DesiredState.PAUSE

    def report(self, state: str, progress: Mapping[str, Any]) -> None:
        """The loop tells what it does; a new state is written at once, counts with the next renewal."""
        changed = state != self._state
        self._state, self._progress = state, dict(progress)
        if changed:
            self._wake.set()

    def _keep(self, control: Control) -> None:
        renewed = time.monotonic()
        try:
            while not self._ended and not self._lost:
                self._wake.wait(self.renew_seconds)
                self._wake.clear()
                if self._ended:
                    return
                try:
                    self._lost = not self._renew(counts=control.counts)
                    renewed = time.monotonic()
                except DatabaseError as error:
                    connection.close()
                    logger.warning("%s/%s: lease not renewed: %s", self.worker, self.slot, error)
                    self._lost = time.monotonic() - renewed > TTL_SECONDS - self.renew_seconds
        finally:
            connection.close()

    def _renew(self, *, first: bool = False, counts: Mapping[str, int] | None = None) -> bool:
        self._wanted = lease_renew(
            worker=self.worker,
            slot=self.slot,
            generation=self.generation,
            holder=self.holder,
            state=self._state,
            progress={**(counts or {}), **self._progress},
            now=self._since if first and self._since is not None else self.clock(),
            first=first,
        )
        return self._wanted is not None

    def _release(self, state: str, message: str, counts: Mapping[str, int]) -> None:
        """Give the lease back; when the database is away it runs out by itself."""
        try:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            lease_release(
                worker=self.worker,
                slot=self.slot,
                generation=self.generation,
                state=state,
                message=message,
                progress={**counts, **self._progress},
                now=self.clock(),
            )
        except DatabaseError as error:
            logger.warning("%s/%s: lease not released: %s", self.worker, self.slot, error)
