"""`Consumer` on Kafka."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, errors
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.structs import TopicPartition

from oms_site.infra.bus.kafka.connecting import connected
from oms_site.infra.bus.kafka.failures import translated, translating
from oms_site.infra.bus.kafka.joining import keep_join
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.ports import Partition, Record

logger = logging.getLogger(__name__)

_CLOSE_MS = 2_000

Callback = Callable[[list[Partition]], None]


class _Changes(ConsumerRebalanceListener):
    """Notes what the group decided. The client calls this on its network loop, where work would hold up heartbeats: `poll` tells the
    owner afterwards, on the owner's thread.
    """

    def __init__(self) -> None:
        self.noted: list[tuple[bool, list[TopicPartition]]] = []

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        self.noted.append((False, list(revoked)))

    def on_partitions_lost(self, lost: Sequence[TopicPartition]) -> None:
        self.noted.append((False, list(lost)))

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self.noted.append((True, list(assigned)))


class KafkaReader:
    """Reads committed records. Not for several threads."""

    def __init__(self, settings: KafkaSettings, group: str | None, client_id: str) -> None:
        self._prefix = settings.prefix
        self._timeout_ms = int(settings.request_timeout * 1000)
        self._changes = _Changes()
        self._callbacks: tuple[Callback | None, Callback | None] = (None, None)
        self._names: dict[str, str] = {}
        self._askers: dict[str, KafkaConsumer] = {}
        self._asker_config = settings.consumer(client_id, None)
        config = settings.consumer(client_id, group)
        if group is not None:
            config["partition_assignment_strategy"] = [RangePartitionAssignor]
        self._consumer = connected(KafkaConsumer, config)
        self.group_metadata: Any = None

    def subscribe(self, topics: Sequence[str], on_assigned: Callback | None = None, on_revoked: Callback | None = None) -> None:
        """See `ports.Consumer`. The callbacks are called from within `poll`."""
        self._callbacks = (on_assigned, on_revoked)
        with translating("subscribe"):
            for topic in topics:  # known before joining: a leader that knows no partitions gives everybody nothing
                self._consumer.partitions_for_topic(self._prefix + topic)
            self._consumer.subscribe([self._prefix + topic for topic in topics], listener=self._changes)

    def assign(self, positions: Mapping[Partition, int]) -> None:
        """See `ports.Consumer`."""
        with translating("assign"):
            self._consumer.assign([self._theirs(part) for part in positions])
            for part, offset in positions.items():
                self._consumer.seek(self._theirs(part), offset)

    def poll(self, timeout_ms: int, max_records: int) -> list[Record]:
        """See `ports.Consumer`."""
        try:
            found = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        except errors.NoOffsetForPartitionError:
            self._start_at_beginning()
            found = {}
        except (errors.KafkaError, OSError, AssertionError, RuntimeError) as error:
            raise translated(error, "poll") from error
        keep_join(self._consumer._coordinator)
        if self._changes.noted:
            self._tell_changes()
        # what this batch is committed under: a later generation must not vouch for records read in this one
        self.group_metadata = self._consumer.group_metadata()
        return [self._record(record) for records in found.values() for record in records]

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`. Waits for offsets of open transactions to become stable."""
        theirs = [self._theirs(part) for part in partitions]
        with translating("committed offsets"):
            found = self._consumer._coordinator.fetch_committed_offsets(theirs, timeout_ms=self._timeout_ms)
        return {self._ours(part): data.offset for part, data in found.items() if data is not None and data.offset >= 0}

    def seek(self, partition: Partition, offset: int) -> None:
        """See `ports.Consumer`."""
        with translating("seek"):
            self._consumer.seek(self._theirs(partition), offset)

    def position(self, partition: Partition) -> int:
        """See `ports.Consumer`."""
        with translating("position"):
            offset = self._consumer.position(self._theirs(partition), timeout_ms=self._timeout_ms)
        return int(offset or 0)

    def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        with translating("first offsets"):
            found = self._consumer.beginning_offsets([self._theirs(part) for part in partitions])
        return {self._ours(part): offset for part, offset in found.items()}

    def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        with translating("last offsets"):
            return self._ends(partitions, "read_committed")

    def log_ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`. The client's own reader of committed records only tells the last stable offset."""
        with translating("log ends"):
            return self._ends(partitions, "read_uncommitted")

    def offsets_for_time(self, partitions: Sequence[Partition], timestamp: int) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        if not partitions:
            return {}
        ends = self.end_offsets(partitions)
        with translating("offsets by time"):
            asked = {self._theirs(part): max(0, timestamp // 1000) for part in partitions}
            found = self._consumer.offsets_for_times(asked)
        return {part: data.offset if (data := found.get(self._theirs(part))) else ends[part] for part in partitions}

    def partitions(self, topic: str) -> list[Partition]:
        """See `ports.Consumer`."""
        with translating("partitions"):
            found = self._consumer.partitions_for_topic(self._prefix + topic)
        return [Partition(topic, index) for index in sorted(found)]

    def pause(self) -> None:
        """See `ports.Consumer`. Polling goes on: it is what keeps the membership."""
        with translating("pause"):
            self._consumer.pause(*self._consumer.assignment())

    def resume(self) -> None:
        """See `ports.Consumer`."""
        with translating("resume"):
            self._consumer.resume(*self._consumer.paused())

    def close(self) -> None:
        """See `ports.Consumer`. Never raises: a group that could not be left is left when the session ends."""
        for consumer in (self._consumer, *self._askers.values()):
            try:
                consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
            except (errors.KafkaError, OSError, AssertionError, RuntimeError) as error:
                logger.info("consumer did not close in time: %s", error)

    def _ends(self, partitions: Sequence[Partition], isolation: str) -> dict[Partition, int]:
        """Asked by a client that reads nothing: the broker answers one request of a connection after the other, and a read that waits for
        records holds up the question behind it for up to half a second.
        """
        asker = self._askers.get(isolation)
        if asker is None and isolation == "read_committed" and not self._consumer.assignment():
            asker = self._consumer
        elif asker is None:
            asker = self._askers[isolation] = connected(KafkaConsumer, self._asker_config | {"isolation_level": isolation})
        found = asker.end_offsets([self._theirs(part) for part in partitions])
        return {self._ours(part): offset for part, offset in found.items()}

    def _start_at_beginning(self) -> None:
        """A group without offsets starts at the first record kept; only here, so that an offset that was cut off is never skipped."""
        assigned = [self._ours(part) for part in self._consumer.assignment()]
        known = self.committed(assigned)
        fresh = [part for part in assigned if part not in known]
        for part, offset in self.beginning_offsets(fresh).items():
            self._consumer.seek(self._theirs(part), offset)

    def _tell_changes(self) -> None:
        noted, self._changes.noted = self._changes.noted, []
        on_assigned, on_revoked = self._callbacks
        for assigned, partitions in noted:
            callback = on_assigned if assigned else on_revoked
            if callback is not None:
                callback([self._ours(part) for part in partitions])

    def _theirs(self, partition: Partition) -> TopicPartition:
        return TopicPartition(self._prefix + partition.topic, partition.index)

    def _ours(self, partition: TopicPartition) -> Partition:
        return Partition(partition.topic.removeprefix(self._prefix), partition.partition)

    def _record(self, record: Any) -> Record:
        topic = self._names.get(record.topic)
        if topic is None:
            topic = self._names[record.topic] = record.topic.removeprefix(self._prefix)
        key = record.key
        return Record(
            topic,
            record.partition,
            record.offset,
            key.decode(errors="replace") if key else "",
            record.value,
            record.timestamp * 1000,
            tuple(record.headers) if record.headers else (),
        )
