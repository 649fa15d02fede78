"""The bus as the rest of the product sees it. `kafka.py` and `memory.py` implement it and pass one contract suite."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class BusError(Exception):
    """The bus could not do what was asked, or it is unknown whether it did. The client that raised it must be closed."""


class Fenced(BusError):
    """Another producer with the same transactional id, or a newer member of the group, has taken over."""


class OffsetGone(BusError):
    """The log was cut beyond the position to read from. Halt: going on would skip records."""


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    index: int  # type: ignore[assignment] # tuple.index is hidden on purpose


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read. `timestamp` is the broker's or producer's, in microseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes | None
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to be written. Without `partition` the key decides (murmur2, as every Kafka client does)."""

    topic: str
    key: str
    value: bytes
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Consumer(Protocol):
    """Reads committed records only."""

    def subscribe(
        self,
        topics: Sequence[str],
        on_assigned: Callable[[list[Partition]], None] | None = None,
        on_revoked: Callable[[list[Partition]], None] | None = None,
    ) -> None:
        """Join the group for these topics; co-partitioned topics are assigned together (range)."""

    def assign(self, positions: Mapping[Partition, int]) -> None:
        """Read these partitions from these offsets, without a group."""

    def poll(self, timeout_ms: int, max_records: int) -> list[Record]:
        """What is there, waiting up to the time-out for the first record. Raises `OffsetGone`."""

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """The group's stable committed offsets; a partition without one is left out."""

    def seek(self, partition: Partition, offset: int) -> None:
        """Read this assigned partition from `offset` next."""

    def position(self, partition: Partition) -> int:
        """The next offset this assigned partition will be read from; markers of transactions count as offsets."""

    def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """First offset still kept."""

    def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """First offset not yet readable: behind the last committed record, before any open transaction."""

    def log_ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """End of the log, open transactions included: who has read up to here has missed nothing that was ever committed before."""

    def offsets_for_time(self, partitions: Sequence[Partition], timestamp: int) -> dict[Partition, int]:
        """First offset at or after `timestamp` (microseconds), the end where there is none."""

    def partitions(self, topic: str) -> list[Partition]:
        """All partitions of a topic, by index."""

    def pause(self) -> None:
        """Keep the membership, deliver nothing until `resume`."""

    def resume(self) -> None:
        """Deliver again."""

    def close(self) -> None:
        """Leave the group."""


class Producer(Protocol):
    """Idempotent, acknowledged by all, bounded in flight."""

    def prepare(self, topic: str) -> None:
        """Learn now what the first record of a topic would wait for. Raises as `send`."""

    def send(self, records: Sequence[Outgoing], timeout: float = 10.0) -> list[int]:
        """Write all and wait until all are acknowledged; the offsets, in order. Raises `BusError`, after which the producer is dead."""

    def post(self, records: Sequence[Outgoing]) -> None:
        """Begin to write all, in order, without waiting; the caller bounds how many are not settled. Raises as `send`."""

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until all that was posted is acknowledged. Raises as `send`."""

    def close(self) -> None:
        """Drop what is in flight and stop, never raising."""


class TransactionalProducer(Protocol):
    """One transaction at a time: records and consumed offsets become visible together."""

    def commit(self, records: Sequence[Outgoing], offsets: Mapping[Partition, int], consumer: Consumer) -> None:
        """Write all records and the consumer's offsets in one transaction. Raises `Fenced` or `BusError`; nothing is visible unless it
        returned (after a `BusError` it is unknown: build anew and read the committed offsets).
        """

    def close(self) -> None:
        """Abort what is open and stop, never raising."""


class Bus(Protocol):
    """Makes clients. Topic names given to it are the plain names; it adds the prefix."""

    def consumer(self, group: str | None, *, client_id: str) -> Consumer:
        """A reader; with a group it can `subscribe`."""

    def producer(self, *, client_id: str) -> Producer:
        """A writer without transactions."""

    def transactional_producer(self, transactional_id: str) -> TransactionalProducer:
        """A writer with transactions; making one fences every older one of the same id."""
