"""How far each group is behind each partition: folds' offsets are in Kafka, projections' in PostgreSQL."""

from collections.abc import Iterator

from oms_site.infra.bus.connection import bus
from oms_site.infra.bus.kafka.admin import admin
from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.ports import Partition


def lags() -> Iterator[tuple[str, str, int, int]]:
    """(group, topic, partition, records not yet consumed), markers of transactions counted. Raises `BusError`."""
    with admin(bus().settings, "lag") as kafka:  # type: ignore[attr-defined] # only Kafka has a lag to sample
        committed = kafka.group_offsets()
    for group, topic, partition, offset in ConsumedOffset.objects.values_list("group", "topic", "partition", "offset"):
        committed.setdefault(group, {})[Partition(topic, partition)] = offset
    wanted = sorted({partition for offsets in committed.values() for partition in offsets})
    if not wanted:
        return
    consumer = bus().consumer(None, client_id="lag")
    try:
        ends = consumer.end_offsets(wanted)
    finally:
        consumer.close()
    for group, offsets in sorted(committed.items()):
        for partition, offset in sorted(offsets.items()):
            yield group, partition.topic, partition.index, max(0, ends.get(partition, 0) - offset)
