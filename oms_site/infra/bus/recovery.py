"""How a fold comes to its state, the same way at every start: newest valid snapshot, then the log from there, nothing written."""

from collections.abc import Callable, Mapping

import structlog

from oms_site.infra.bus import snapshots
from oms_site.infra.bus.dead_letters import skipped
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.ports import Bus, Consumer, Partition
from oms_site.infra.bus.processor import PartitionFold, TransformSpec
from oms_site.infra.bus.reading import read_upto
from schemas.errors import CodecError
from schemas.wire import Wire

log = structlog.get_logger(__name__)


class Recovery:
    """Recovers folds of one worker. `keep_alive` is called between chunks, so that the group does not give the partition away."""

    def __init__(self, bus: Bus, wire: Wire, spec: TransformSpec, keep_alive: Callable[[], None]) -> None:
        self._bus = bus
        self._wire = wire
        self._spec = spec
        self._keep_alive = keep_alive

    def recover(self, partition: int, committed: Mapping[str, int]) -> tuple[PartitionFold, int]:
        """The fold of a partition as it stood when `committed` (next offset of each input) was, and how many records were replayed.

        Outputs are read up to the very end of the log, open transactions awaited: what is committed behind one must not be missed.
        Raises `OffsetGone` where the log no longer reaches back, `BusError`, `RegistryUnavailable`, `DatabaseError`.
        """
        consumer = self._bus.consumer(None, client_id=f"{self._spec.name}-recovery")
        try:
            upto = {topic: committed[topic] for topic in self._spec.recover_inputs}
            outputs = [Partition(topic, partition) for topic in self._spec.recover_outputs]
            if outputs:
                upto |= {part.topic: end for part, end in consumer.log_ends(outputs).items()}
            fold, start = self._restored(partition, upto)
            replayed = 0
            for topic, end in upto.items():
                replayed += self._replay(consumer, fold, Partition(topic, partition), start.get(topic, 0), end)
        finally:
            consumer.close()
        return fold, replayed

    def _restored(self, partition: int, upto: Mapping[str, int]) -> tuple[PartitionFold, Mapping[str, int]]:
        """A fold from the newest snapshot that is whole and not ahead of the log, and its offsets; else an empty one."""
        spec = self._spec
        fold = spec.fold(partition)
        for snapshot in snapshots.usable(worker=spec.name, partition=partition, format_version=fold.format_version):
            if any(snapshot.offsets.get(topic, end + 1) > end for topic, end in upto.items()):
                snapshots.refuse(spec.name, partition, f"ahead of the log: {snapshot.offsets}, log {dict(upto)}")
                continue
            try:
                fold.restore(snapshot.state)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the one before it may be good
                snapshots.refuse(spec.name, partition, f"{type(error).__name__}: {error}")
                fold = spec.fold(partition)
                continue
            return fold, snapshot.offsets
        return fold, {}

    def _replay(self, consumer: Consumer, fold: PartitionFold, partition: Partition, start: int, end: int) -> int:
        if start >= end:
            return 0
        left_out = skipped(self._bus, self._spec.name, partition) if partition.topic in self._spec.inputs else frozenset()
        consumer.assign({partition: start})
        replayed = 0
        for records in read_upto(consumer, {partition: end}):
            for record in records:
                if record.offset >= end or record.offset in left_out:
                    continue
                try:
                    delivery = read(self._wire, record)
                except CodecError as error:
                    log.warning("record_unreadable", worker=self._spec.name, topic=record.topic, offset=record.offset, error=str(error))
                    continue
                fold.recover(delivery)
                replayed += 1
            self._keep_alive()
        return replayed
