"""How far each group is behind each partition: folds by their offsets in Kafka, projections by theirs in PostgreSQL."""

from collections.abc import Mapping
from typing import NamedTuple

from oms_site.infra.bus.connection import bus, settings
from oms_site.infra.bus.kafka.admin import admin
from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.ports import Partition


class Lag(NamedTuple):
    """Records of a partition a group has not consumed; the marker at the end of a transaction counts as one."""

    group: str
    topic: str
    partition: int
    behind: int


def lags() -> list[Lag]:
    """The lag of every group that has ever committed, on every partition it has. Raises `BusError`."""
    consumed = _projections()
    with admin(settings(), client_id="lag") as kafka:
        for group, offsets in kafka.committed().items():
            consumed.setdefault(group, {}).update(offsets)
    return _behind(consumed)


def _projections() -> dict[str, dict[Partition, int]]:
    found: dict[str, dict[Partition, int]] = {}
    for group, topic, partition, offset in ConsumedOffset.objects.values_list("group", "topic", "partition", "offset"):
        found.setdefault(group, {})[Partition(topic, partition)] = offset
    return found


def _behind(consumed: Mapping[str, Mapping[Partition, int]]) -> list[Lag]:
    partitions = sorted({part for offsets in consumed.values() for part in offsets})
    if not partitions:
        return []
    consumer = bus().consumer(None, client_id="lag")
    try:
        ends = consumer.end_offsets(partitions)
    finally:
        consumer.close()
    return [
        Lag(group, part.topic, part.index, max(0, ends[part] - offset))
        for group, offsets in sorted(consumed.items())
        for part, offset in sorted(offsets.items())
    ]
