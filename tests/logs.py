"""Reads whole topics of the running stack as a program outside would: with the registry's schemas, committed records only."""

from collections import defaultdict
from typing import Any

from oms_site.infra.bus.connection import bus, decode_record
from schemas.topics import Topic


def read_topic(topic: Topic) -> list[Any]:
    """Every record of the topic up to its present end, decoded, partition by partition in offset order."""
    consumer = bus().consumer(None, client_id="tests")
    try:
        partitions = consumer.partitions(topic.name)
        ends = consumer.end_offsets(partitions)
        position = dict(consumer.beginning_offsets(partitions))
        consumer.assign(position)
        found: dict[Any, list[Any]] = defaultdict(list)
        while any(position[part] < ends[part] for part in partitions):
            for record in consumer.poll(500, 5_000):
                found[record.topic, record.partition].append(decode_record(topic, record.value))
                position[next(part for part in partitions if part.index == record.partition)] = record.offset + 1
            # a transaction's marker takes an offset that no record has: ask where the reader stands
            for part in partitions:
                position[part] = max(position[part], consumer.position(part))
        return [message for part in sorted(found) for message in found[part]]
    finally:
        consumer.close()
