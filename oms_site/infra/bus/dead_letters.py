"""Records no handler can take: written beside their topic with headers that say why, and read back by people and by recovery.

A bad deployment must not empty a topic into its dead letters: each run of a worker may write a bounded number, then it halts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from oms_site.infra import metrics
from oms_site.infra.bus.ports import Bus, Outgoing, Partition, Record
from oms_site.infra.bus.reading import read_upto
from schemas.topics import BY_NAME

CAP = 100
"""Dead letters one run of a worker may write."""
MAX_VALUE = 900_000
"""Bytes of a value that are kept: a letter, with its headers, has to fit where its record did."""
_TEXT = 500

log = structlog.get_logger(__name__)


class TooManyDeadLetters(Exception):
    """The run's bounded number is used up: the worker halts, the record at fault stays unread."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as read back: where the record stood, why it could not be taken, by whom and when (microseconds)."""

    topic: str
    partition: int
    offset: int
    code: str
    message: str
    worker: str
    time: int
    key: str
    value: bytes
    own_offset: int


class Budget:
    """Counts a run's dead letters. `letter` makes one; the batch it belongs to is then `settled` or `dropped`."""

    def __init__(self, worker: str, cap: int = CAP) -> None:
        self._worker = worker
        self._cap = cap
        self.left = cap
        self._pending: list[tuple[str, str]] = []

    def letter(self, record: Record, code: str, message: str, now: int) -> Outgoing:
        """The dead letter of a record. Raises `TooManyDeadLetters`."""
        where = f"{record.topic}[{record.partition}] at {record.offset}"
        if self.left <= len(self._pending):
            raise TooManyDeadLetters(f"{self._cap} dead letters in one run; stopped before {where}: {code}: {message[:_TEXT]}")
        self._pending.append((record.topic, code))
        log.error("dead_letter", worker=self._worker, where=where, code=code, why=message[:_TEXT])
        return make(record, code, message, worker=self._worker, now=now)

    def settled(self) -> int:
        """The letters made since are written: count them; how many."""
        for topic, code in self._pending:
            metrics.DEAD_LETTERS.labels(self._worker, topic, code).inc()
        written = len(self._pending)
        self.left -= written
        self._pending = []
        return written

    def dropped(self) -> None:
        """The letters made since were not written."""
        self._pending = []


def make(record: Record, code: str, message: str, *, worker: str, now: int) -> Outgoing:
    """The dead letter of a record: same key, partition and value."""
    value = record.value or b""
    headers = {
        "error_code": code,
        "error_message": message[:_TEXT],
        "source_topic": record.topic,
        "source_partition": str(record.partition),
        "source_offset": str(record.offset),
        "source_bytes": str(len(value)),
        "worker": worker,
        "time": str(now),
    }
    return Outgoing(
        BY_NAME[record.topic].dead_letters,
        record.key,
        value[:MAX_VALUE],
        record.partition,
        tuple((name, text.encode()) for name, text in headers.items()),
    )


def parse(record: Record) -> Letter:
    """The letter in a record of a dead letters' topic. Missing headers (somebody else's record) are empty or -1."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}

    def number(name: str) -> int:
        text = headers.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else -1

    return Letter(
        topic=headers.get("source_topic", record.topic),
        partition=number("source_partition"),
        offset=number("source_offset"),
        code=headers.get("error_code", ""),
        message=headers.get("error_message", ""),
        worker=headers.get("worker", ""),
        time=number("time"),
        key=record.key,
        value=record.value or b"",
        own_offset=record.offset,
    )


def read_all(bus: Bus, topic: str, partition: int | None = None) -> Iterator[Letter]:
    """All letters kept of a topic (plain name), or of one partition of it. Raises `BusError`."""
    name = BY_NAME[topic].dead_letters
    consumer = bus.consumer(None, client_id="dead-letters")
    try:
        partitions = [part for part in consumer.partitions(name) if partition in (None, part.index)]
        ends = consumer.end_offsets(partitions)
        waiting = {part: start for part, start in consumer.beginning_offsets(partitions).items() if start < ends[part]}
        consumer.assign(waiting)
        for records in read_upto(consumer, {part: ends[part] for part in waiting}):
            yield from map(parse, records)
    finally:
        consumer.close()


def skipped(bus: Bus, worker: str, partition: Partition) -> frozenset[int]:
    """Offsets of a partition that a worker put aside: what its fold never saw, it must not see when it recovers."""
    return frozenset(letter.offset for letter in read_all(bus, partition.topic, partition.index) if letter.worker == worker)
