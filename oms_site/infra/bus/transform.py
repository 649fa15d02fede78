"""The loop of Kafka-to-Kafka workers: read, apply, write and commit the offsets in one transaction a poll. ADR 0006."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection

from oms_site.infra import metrics, tally
from oms_site.infra.bus import snapshots
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import Budget
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.looping import now_us, run_sessions
from oms_site.infra.bus.observation import Observation
from oms_site.infra.bus.ports import Bus, BusError, Outgoing, Partition, Record
from oms_site.infra.bus.processor import Control, Halt, Output, PartitionFold, Position, TransformSpec
from oms_site.infra.bus.recovery import Recovery
from schemas.errors import CodecError, RegistryError
from schemas.topics import BY_NAME
from schemas.wire import Wire

ATTEMPTS = 3
_KEEP_ALIVE_SECONDS = 2.0
_YOUNG = 1  # generations of objects that a batch's collection looks at

log = structlog.get_logger(__name__)


def run(spec: TransformSpec, control: Control, slot: int) -> dict[str, Any]:
    """Work as member `slot` of the worker's group until told to stop; counts and the reason.

    The slot is the transactional id: a new run of a slot fences the one before it. Raises `OffsetGone`.
    """
    budget = Budget(spec.name)
    return run_sessions(spec.name, control, lambda: TransformSession(bus(), wire(), spec, control, slot=slot, budget=budget))


@contextmanager
def collected_between_batches() -> Iterator[None]:
    """Cycles are looked for after each batch, never in the middle of one: no pause of a batch depends on how much is held."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(slots=True)
class _Live:
    """A partition's fold, the next offset of each input it has seen, and what has happened since its last snapshot."""

    fold: PartitionFold
    positions: dict[str, int]
    applied: int = 0
    saved_at: float = field(default_factory=time.monotonic)


class _Rewind(Exception):
    """The batch cannot be committed: a fold may have changed half. Go back to what is committed and try again."""


class TransformSession:
    """One set of clients and folds, from joining the group to the first fault. `clock` gives microseconds since the epoch."""

    def __init__(
        self,
        bus_: Bus,
        wire_: Wire,
        spec: TransformSpec,
        control: Control,
        *,
        slot: int,
        budget: Budget,
        clock: Callable[[], int] = now_us,
    ) -> None:
        self._wire, self._spec, self._control, self._budget, self._clock = wire_, spec, control, budget, clock
        self._folds: dict[int, _Live] = {}
        self._assigned: list[Partition] = []
        self._changed = False
        self._attempts: dict[Position, int] = {}
        self._kept_alive = time.monotonic()
        self._shown_at = 0.0
        self._closing: list[Any] = []
        self._last_failure = ""
        budget.dropped()  # what an earlier session made and did not write
        control.report("recovering", control.counts)
        try:
            # first the producer: it ends whatever transaction an earlier run of this slot left open
            self._producer = self._closed_later(bus_.transactional_producer(f"{spec.name}-{slot}"))
            self._consumer = self._closed_later(bus_.consumer(spec.name, client_id=f"{spec.name}-{slot}"))
            self._observation: Observation | None = None
            if spec.observed and spec.observe is not None:
                self._observation = self._closed_later(Observation(bus_, wire_, spec.observed, spec.observe, spec.name))
                self._observation.start(self._since())
            self._recovery = Recovery(bus_, wire_, spec, self._keep_alive)
            for topic in spec.inputs:
                if not self._consumer.partitions(topic):
                    raise BusError(f"there is no topic {topic}; run 'manage.py topics create'")
            self._consumer.subscribe(spec.inputs, self._on_assigned, self._on_revoked)
        except BaseException:
            self.close()
            raise

    def work(self) -> None:
        """See `looping.Session`. Ends with a snapshot of what was applied since the last one."""
        with collected_between_batches():
            while self._control.stop_reason() is None:
                self.step()
            self._save_snapshots(final=True)

    def step(self) -> None:
        """One poll and what follows from it: a new assignment, a batch, a snapshot."""
        paused = self._control.paused()
        if paused:
            self._consumer.pause()
        else:
            self._consumer.resume()
        records = self._consumer.poll(self._spec.poll_ms, self._spec.most_records)
        if self._changed:
            self._take_over()
            return
        self._look(records[: self._spec.observe_every])
        if records:  # what was fetched before the pause is read and must be applied
            self._process(records)
        self._save_snapshots()
        self._show()
        self._control.report("paused" if paused else "running", self._control.counts)

    def close(self) -> None:
        """See `looping.Session`."""
        for client in reversed(self._closing):
            client.close()

    def _closed_later(self, client: Any) -> Any:
        self._closing.append(client)
        return client

    def _look(self, following: Sequence[Record]) -> None:
        """Read what is observed, before these records."""
        if self._observation is not None:
            wanted = self._spec.observed_for
            self._observation.catch_up(self._since(), whole=any(not wanted or record.topic in wanted for record in following))

    def _since(self) -> int:
        return self._clock() - self._spec.observe_from

    # -- batches ---------------------------------------------------------------------------------------------------

    def _process(self, records: Sequence[Record]) -> None:
        """Apply a batch and commit what follows; after a fold failed, go back to what is committed."""
        began = time.monotonic()
        try:
            outgoing, offsets = self._apply(records)
        except _Rewind:
            metrics.BUS_TRANSACTIONS.labels(self._spec.name, "rewound").inc()
            self._control.count("rewound")
            self._budget.dropped()
            self._folds.clear()
            self._take_over()
            return
        if not offsets:
            return
        self._producer.commit(outgoing, offsets, self._consumer)
        self._count(records, outgoing)
        metrics.BUS_TRANSACTIONS.labels(self._spec.name, "committed").inc()
        metrics.BUS_BATCH_SECONDS.labels(self._spec.name).observe(time.monotonic() - began)
        tally.flush()
        gc.collect(_YOUNG)

    def _apply(self, records: Sequence[Record]) -> tuple[list[Outgoing], dict[Partition, int]]:
        now = self._clock()
        outgoing: list[Outgoing] = []
        offsets: dict[Partition, int] = {}
        for place, record in enumerate(records):
            if place and place % self._spec.observe_every == 0:
                self._look(records[place : place + self._spec.observe_every])
                now = self._clock()
            live = self._folds[record.partition]
            if record.offset < live.positions[record.topic]:
                metrics.DUPLICATES.labels(self._spec.name).inc()
                self._control.count("duplicates")
                continue
            outgoing += self._answer(live.fold, record, now)
            live.positions[record.topic] = offsets[Partition(record.topic, record.partition)] = record.offset + 1
            live.applied += 1
        return outgoing, offsets

    def _answer(self, fold: PartitionFold, record: Record, now: int) -> list[Outgoing]:
        """What follows from one record: the fold's outputs, or a dead letter. Raises `_Rewind` when the fold failed."""
        try:
            delivery = read(self._wire, record)
        except CodecError as error:
            return [self._budget.letter(record, error.code, str(error), now)]
        position = delivery.position
        if self._attempts.get(position, 0) >= ATTEMPTS:
            del self._attempts[position]
            return [self._budget.letter(record, "handler_failed", f"failed {ATTEMPTS} times: {self._last_failure}", now)]
        try:
            return [self._outgoing(output) for output in fold.handle(delivery, now)]
        except self._spec.refusals as error:
            return [self._budget.letter(record, "refused", f"{type(error).__name__}: {error}", now)]
        except (Halt, BusError, RegistryError, DatabaseError):
            raise
        except Exception as error:  # whatever a fold raises, the record is tried again and then put aside
            self._attempts[position] = self._attempts.get(position, 0) + 1
            self._last_failure = f"{type(error).__name__}: {error}"
            log.exception("fold_failed", worker=self._spec.name, position=tuple(position), attempt=self._attempts[position])
            raise _Rewind from error

    def _outgoing(self, output: Output) -> Outgoing:
        topic = BY_NAME[output.topic]
        return Outgoing(output.topic, self._wire.key(topic, output.message), self._wire.value(topic, output.message))

    def _count(self, records: Sequence[Record], outgoing: Sequence[Outgoing]) -> None:
        for direction, moved in (("in", records), ("out", outgoing)):
            for topic, number in Counter(item.topic for item in moved).items():
                metrics.BUS_RECORDS.labels(self._spec.name, topic, direction).inc(number)
        letters = self._budget.settled()
        if letters:
            self._control.count("dead_letters", letters)
        self._control.count("consumed", len(records))
        self._control.count("produced", len(outgoing))
        self._control.count("transactions")

    # -- assignment ------------------------------------------------------------------------------------------------

    def _on_assigned(self, partitions: list[Partition]) -> None:
        self._assigned = partitions
        self._changed = True

    def _on_revoked(self, partitions: list[Partition]) -> None:
        self._assigned = [part for part in self._assigned if part not in partitions]
        self._changed = True

    def _take_over(self) -> None:
        """Have a fold, in the state of the committed offsets, for exactly the partitions assigned, and read on from these offsets.

        A fold that is already there is kept if nobody has committed anything since: whoever applied a record moved an offset.
        """
        self._control.report("recovering", self._control.counts)
        fresh: list[_Live] = []
        self._changed = True
        while self._changed:  # the group may decide anew meanwhile
            self._changed = False
            committed = self._committed()
            self._folds = {index: live for index, live in self._folds.items() if committed.get(index) == live.positions}
            fresh = [live for live in fresh if any(live is kept for kept in self._folds.values())]
            for index, positions in sorted(committed.items()):
                if index not in self._folds:
                    fold, replayed = self._recovery.recover(index, positions)
                    fresh.append(_Live(fold, dict(positions), applied=replayed))
                    self._folds[index] = fresh[-1]
                    self._control.count("replayed", replayed)
        for index, live in self._folds.items():
            for topic, offset in live.positions.items():
                self._consumer.seek(Partition(topic, index), offset)
        now = self._clock()
        outgoing = [self._outgoing(output) for live in fresh for output in live.fold.recovered(now)]
        if outgoing:
            self._producer.commit(outgoing, {}, self._consumer)
            self._count((), outgoing)

    def _committed(self) -> dict[int, dict[str, int]]:
        """Next offset of each input by assigned partition; the first one kept where the group has committed none."""
        committed = self._consumer.committed(self._assigned)
        begin = self._consumer.beginning_offsets([part for part in self._assigned if part not in committed])
        found: dict[int, dict[str, int]] = {}
        for part in self._assigned:
            found.setdefault(part.index, {})[part.topic] = committed.get(part, begin.get(part, 0))
        return found

    def _keep_alive(self) -> None:
        """Poll without reading, so that a long recovery does not cost the membership."""
        if time.monotonic() - self._kept_alive > _KEEP_ALIVE_SECONDS:
            self._consumer.pause()
            self._consumer.poll(0, 1)
            self._kept_alive = time.monotonic()

    def _show(self) -> None:
        """Let people see what the folds hold, when it is due. Nothing depends on it: a database that is down only delays it."""
        now = time.monotonic()
        if self._spec.show is None or now - self._shown_at < self._spec.show_seconds:
            return
        self._shown_at = now
        try:
            for live in self._folds.values():
                self._spec.show(live.fold, self._clock())
        except DatabaseError as error:
            connection.close()
            log.warning("not_shown", worker=self._spec.name, error=str(error)[:200])

    # -- snapshots -------------------------------------------------------------------------------------------------

    def _save_snapshots(self, *, final: bool = False) -> None:
        """Write the snapshots that are due. A database that is down delays them: the log is the truth."""
        now = time.monotonic()
        due = {
            index: live
            for index, live in self._folds.items()
            if live.applied and (final or now - live.saved_at >= self._spec.snapshot_seconds or live.applied >= self._spec.snapshot_every)
        }
        if not due:
            return
        gc.collect()  # matching stands still for this anyway
        ends = self._own_ends(due)
        for index, live in due.items():
            live.saved_at = now
            try:
                self._save(index, live, ends)
            except DatabaseError as error:
                connection.close()
                log.warning("snapshot_not_saved", worker=self._spec.name, partition=index, error=str(error)[:200])
                return

    def _own_ends(self, due: Mapping[int, _Live]) -> Mapping[Partition, int]:
        """Ends of the outputs' partitions, to which only this worker writes, so that they belong to exactly this state.

        That it still was the only one when they were read is proved by committing the offsets once more: after somebody has taken over
        this raises `Fenced`, and the records of the heir are not mistaken for own ones.
        """
        outputs = [Partition(topic, index) for topic in self._spec.recover_outputs for index in due]
        if not outputs:
            return {}
        ends = self._consumer.log_ends(outputs)
        positions = {Partition(topic, index): offset for index, live in due.items() for topic, offset in live.positions.items()}
        self._producer.commit([], positions, self._consumer)
        return ends

    def _save(self, index: int, live: _Live, ends: Mapping[Partition, int]) -> None:
        offsets: dict[str, int] = {topic: live.positions[topic] for topic in self._spec.recover_inputs}
        offsets |= {topic: ends[Partition(topic, index)] for topic in self._spec.recover_outputs}
        snapshots.save(
            worker=self._spec.name,
            partition=index,
            format_version=live.fold.format_version,
            offsets=offsets,
            state=live.fold.dump(),
            now=datetime.fromtimestamp(self._clock() / 1_000_000, UTC),
        )
        live.applied = 0
        self._control.count("snapshots")
