"""How far everything is behind, for the sampler and the operators' pages: groups by partition, the outbox by depth and age."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min

from oms_site.infra import metrics
from oms_site.infra.bus.models import ConsumedOffset, OutboxMessage
from oms_site.infra.bus.ports import Bus, Partition


class Reading(NamedTuple):
    """Who reads which topics, and where it keeps its offsets: in Kafka (folds) or in PostgreSQL (projections)."""

    group: str
    topics: tuple[str, ...]
    in_database: bool


class Lag(NamedTuple):
    """Records of a partition a group has not consumed; markers of transactions count as records."""

    group: str
    partition: Partition
    behind: int


class Outbox(NamedTuple):
    """Commands acknowledged and not yet sent: how many, and the age of the oldest in seconds."""

    depth: int
    oldest_seconds: float


def lags(bus: Bus, readings: Iterable[Reading]) -> list[Lag]:
    """The lag of every group on every partition. Raises `BusError`."""
    found: list[Lag] = []
    for reading in readings:
        consumer = bus.consumer(None if reading.in_database else reading.group, client_id="lag")
        try:
            partitions = [part for topic in reading.topics for part in consumer.partitions(topic)]
            ends, begins = consumer.end_offsets(partitions), consumer.beginning_offsets(partitions)
            done: Mapping[Partition, int] = _stored(reading.group) if reading.in_database else consumer.committed(partitions)
        finally:
            consumer.close()
        found += [Lag(reading.group, part, max(0, ends[part] - done.get(part, begins[part]))) for part in partitions]
    return found


def outbox(now: datetime) -> Outbox:
    """Depth and age of the outbox."""
    state = OutboxMessage.objects.aggregate(depth=Count("id"), oldest=Min("created_at"))
    age = (now - state["oldest"]).total_seconds() if state["oldest"] else 0.0
    return Outbox(state["depth"], max(0.0, age))


def sample(bus: Bus, readings: Iterable[Reading], *, now: datetime) -> list[Lag]:
    """Measure everything, tell the metrics, and return the lags. Raises `BusError`; the outbox is told first."""
    state = outbox(now)
    metrics.OUTBOX_DEPTH.set(state.depth)
    metrics.OUTBOX_OLDEST_SECONDS.set(state.oldest_seconds)
    found = lags(bus, readings)
    for lag in found:
        metrics.KAFKA_LAG.labels(lag.group, lag.partition.topic, str(lag.partition.index)).set(lag.behind)
    return found


def _stored(group: str) -> dict[Partition, int]:
    rows = ConsumedOffset.objects.filter(group=group).values_list("topic", "partition", "offset")
    return {Partition(topic, index): offset for topic, index, offset in rows}
