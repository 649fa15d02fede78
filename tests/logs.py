"""Reads whole topics of the running stack as a program outside would: with the registry's schemas, committed records only."""

from typing import Any

from oms_site.infra.bus.connection import bus, decode_record
from oms_site.infra.bus.ports import Partition, Record
from schemas.topics import Topic


def read_records(topic: Topic) -> list[tuple[Record, Any]]:
    """Every record of the topic up to its present end with its message, partition by partition in offset order."""
    consumer = bus().consumer(None, client_id="tests")
    try:
        partitions = consumer.partitions(topic.name)
        ends = consumer.end_offsets(partitions)
        consumer.assign(consumer.beginning_offsets(partitions))
        found: dict[int, list[tuple[Record, Any]]] = {part.index: [] for part in partitions}
        while any(consumer.position(part) < ends[part] for part in partitions):
            for record in consumer.poll(500, 5_000):
                if record.offset < ends[Partition(topic.name, record.partition)]:
                    found[record.partition].append((record, decode_record(topic, record.value)))
        return [pair for index in sorted(found) for pair in found[index]]
    finally:
        consumer.close()


def read_topic(topic: Topic) -> list[Any]:
    """The messages of `read_records`."""
    return [message for _, message in read_records(topic)]
