"""The loop of Kafka-to-PostgreSQL workers: rows and consumed offsets in one transaction a poll, frames pushed after it. ADR 0006."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from django.db import InterfaceError, OperationalError, transaction

from oms_site.infra import metrics, tally
from oms_site.infra.bus import offsets
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import Budget
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.looping import now_us, run_sessions
from oms_site.infra.bus.ports import Bus, BusError, Outgoing, Partition, Record
from oms_site.infra.bus.processor import Control, Delivery, Frame, Halt, ProjectionSpec
from oms_site.infra.realtime import Publisher
from schemas.errors import CodecError, RegistryError
from schemas.wire import Wire

POLL_MS = 250
ATTEMPTS = 3

log = structlog.get_logger(__name__)


class Push(Protocol):
    """Where frames go after the commit; never raises for a reader that is away."""

    def push(self, frames: Iterable[Frame]) -> Any:
        """Send them."""

    def close(self) -> None:
        """Give the connection back."""


def run(spec: ProjectionSpec, control: Control, publisher: Push | None = None) -> dict[str, Any]:
    """Project until told to stop; counts and the reason. A second instance of the same worker ends itself. Raises `OffsetGone`."""
    budget = Budget(spec.name)
    isolation = Isolation(spec.max_records)
    push = publisher or Publisher()

    def session() -> ProjectionSession:
        return ProjectionSession(bus(), wire(), spec, control, publisher=push, budget=budget, isolation=isolation)

    try:
        return run_sessions(spec.name, control, session)
    finally:
        if publisher is None:
            push.close()


class Isolation:
    """Finds the record that makes a batch fail: halves the batch until it is alone, and gives it up after three failures alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = most
        self._failures: Counter[tuple[str, int, int]] = Counter()
        self.given_up: dict[tuple[str, int, int], str] = {}

    def failed(self, records: Sequence[Record], error: Exception) -> None:
        """A batch failed for a reason that is not the database's."""
        if len(records) > 1:
            self.limit = max(1, len(records) // 2)
            return
        place = _place(records[0])
        self._failures[place] += 1
        if self._failures[place] >= ATTEMPTS:
            self.given_up[place] = f"failed {ATTEMPTS} times: {type(error).__name__}: {error}"

    def succeeded(self, records: Sequence[Record]) -> None:
        """A batch was applied: the next may be twice as large, up to the usual size."""
        self.limit = min(self._most, self.limit * 2)
        if self._failures:
            for record in records:
                self._failures.pop(_place(record), None)
                self.given_up.pop(_place(record), None)


class _Failed(Exception):
    """The batch was rolled back because of what is in it."""


class ProjectionSession:
    """One reader and its positions, from what PostgreSQL says to the first fault."""

    def __init__(
        self,
        bus_: Bus,
        wire_: Wire,
        spec: ProjectionSpec,
        control: Control,
        *,
        publisher: Push,
        budget: Budget,
        isolation: Isolation,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self._bus, self._wire, self._spec, self._control = bus_, wire_, spec, control
        self._publisher, self._budget, self._isolation, self._clock = publisher, budget, isolation, clock
        self._stored: dict[Partition, int] = {}
        self._waiting: list[Record] = []
        self._written_at = self._began_at = 0.0
        budget.dropped()
        control.report("recovering", control.counts)
        self._consumer = bus_.consumer(None, client_id=spec.name)
        try:
            self._partitions = [part for topic in spec.handlers for part in self._consumer.partitions(topic)]
            if not self._partitions:
                raise BusError(f"none of the topics {', '.join(spec.handlers)} exists; run 'manage.py topics create'")
            self._begin()
        except BaseException:
            self.close()
            raise

    def work(self) -> None:
        """See `looping.Session`."""
        while self._control.stop_reason() is None:
            self.step()

    def step(self) -> None:
        """One poll; once enough is gathered, one transaction."""
        paused = self._control.paused()
        if paused:
            self._consumer.pause()
        else:
            self._consumer.resume()
        room = self._isolation.limit - len(self._waiting)
        if room > 0:
            records = self._consumer.poll(self._poll_ms(), room)
            if records and not self._waiting:
                self._began_at = time.monotonic()
            self._waiting += records
        if self._waiting and (len(self._waiting) >= self._isolation.limit or time.monotonic() >= self._due_at()):
            batch, self._waiting = self._waiting, []
            self._project(batch)
        self._control.report("paused" if paused else "running", self._control.counts)

    def close(self) -> None:
        """See `looping.Session`."""
        self._consumer.close()

    # -- positions -------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Read on from what PostgreSQL says, or from where `prepare` moves back to."""
        self._stored = offsets.positions(self._spec.name, self._consumer.beginning_offsets(self._partitions), now=self._time(self._clock()))
        start: Mapping[tuple[str, int], int] = {(part.topic, part.index): offset for part, offset in self._stored.items()}
        if self._spec.prepare is not None:
            start = self._spec.prepare(dict(start))
        self._waiting = []
        self._consumer.assign({Partition(*place): offset for place, offset in start.items()})

    def _poll_ms(self) -> int:
        """Wait for a first record as long as usual; while gathering, until it is time to write."""
        if not self._waiting:
            return POLL_MS
        return max(0, min(POLL_MS, int((self._due_at() - time.monotonic()) * 1000)))

    def _due_at(self) -> float:
        """When what waits is written: so long after the last time, and so long after its first record."""
        return max(self._written_at + self._spec.min_interval_ms / 1000, self._began_at + self._spec.gather_ms / 1000)

    # -- batches ---------------------------------------------------------------------------------------------------

    def _project(self, records: Sequence[Record]) -> None:
        """Write a batch and push its frames; a batch that failed is rolled back and comes again in smaller ones."""
        began = time.monotonic()
        try:
            frames = self._write(records)
        except _Failed as failure:
            cause = failure.__cause__
            assert isinstance(cause, Exception)
            self._budget.dropped()
            self._isolation.failed(records, cause)
            metrics.BUS_TRANSACTIONS.labels(self._spec.name, "rewound").inc()
            self._control.count("rewound")
            log.error("batch_failed", worker=self._spec.name, records=len(records), error=f"{type(cause).__name__}: {cause}"[:500])
            self._begin()
            return
        self._written_at = time.monotonic()
        self._isolation.succeeded(records)
        self._publisher.push(frames)
        self._count(records, len(frames))
        metrics.BUS_BATCH_SECONDS.labels(self._spec.name).observe(time.monotonic() - began)
        tally.flush()

    def _write(self, records: Sequence[Record]) -> list[Frame]:
        """Decode, put aside what cannot be taken, apply the rest and move the offsets, all or nothing."""
        now = self._clock()
        deliveries, letters = self._sorted(records, now)
        following = {Partition(record.topic, record.partition): record.offset + 1 for record in records}
        if letters:  # in Kafka before the offsets are in PostgreSQL: after a crash a letter may be there twice, never be missing
            self._send(letters)
        try:
            with transaction.atomic():
                offsets.advance(self._spec.name, self._stored, following, now=self._time(now))
                frames = self._apply(deliveries, now)
        except (OperationalError, InterfaceError, BusError, RegistryError, Halt):
            raise
        except Exception as error:
            raise _Failed from error
        self._stored |= following
        return frames

    def _sorted(self, records: Sequence[Record], now: int) -> tuple[dict[str, list[Delivery]], list[Outgoing]]:
        deliveries: dict[str, list[Delivery]] = {topic: [] for topic in self._spec.handlers}
        letters: list[Outgoing] = []
        for record in records:
            why = self._isolation.given_up.get(_place(record)) if self._isolation.given_up else None
            if why is not None:
                letters.append(self._budget.letter(record, "handler_failed", why, now))
                continue
            try:
                deliveries[record.topic].append(read(self._wire, record))
            except CodecError as error:
                letters.append(self._budget.letter(record, error.code, str(error), now))
        return deliveries, letters

    def _apply(self, deliveries: Mapping[str, list[Delivery]], now: int) -> list[Frame]:
        frames: list[Frame] = []
        for topic, handlers in self._spec.handlers.items():
            if deliveries[topic]:
                for handler in handlers:
                    frames += handler(deliveries[topic], now)
        return frames

    def _send(self, letters: Sequence[Outgoing]) -> None:
        producer = self._bus.producer(client_id=f"{self._spec.name}-dead-letters")
        try:
            producer.send(letters)
        finally:
            producer.close()

    def _count(self, records: Sequence[Record], frames: int) -> None:
        for topic, number in Counter(record.topic for record in records).items():
            metrics.BUS_RECORDS.labels(self._spec.name, topic, "in").inc(number)
        metrics.BUS_TRANSACTIONS.labels(self._spec.name, "committed").inc()
        letters = self._budget.settled()
        if letters:
            self._control.count("dead_letters", letters)
        self._control.count("consumed", len(records))
        self._control.count("frames", frames)
        self._control.count("transactions")

    @staticmethod
    def _time(now: int) -> datetime:
        return datetime.fromtimestamp(now / 1_000_000, UTC)


def _place(record: Record) -> tuple[str, int, int]:
    return (record.topic, record.partition, record.offset)
