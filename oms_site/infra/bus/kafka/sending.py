"""What both kinds of writers share: making a client, appending records, waiting for acknowledgements, ending a client for certain."""

import logging
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer, errors

from oms_site.infra.bus.kafka.failures import translated
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Outgoing

logger = logging.getLogger(__name__)

_JOIN_SECONDS = 1.0


class Appender:
    """Appends records to a client; knows how many partitions each topic has, so that keys are hashed once, not with every record."""

    __slots__ = ("_partitions", "_prefix", "_producer")

    def __init__(self, producer: KafkaProducer, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix
        self._partitions: dict[str, int] = {}

    def learn(self, topic: str) -> int:
        """How many partitions a topic (its name on the broker) has: asks the broker, and remembers."""
        count = self._partitions[topic] = len(self._producer.partitions_for(topic))
        return count

    def append(self, records: Sequence[Outgoing]) -> list[Any]:
        """The futures of the records' acknowledgements, in order."""
        send, prefix, counts = self._producer.send, self._prefix, self._partitions
        futures = []
        for record in records:
            topic = prefix + record.topic
            partition = record.partition
            if partition is None:
                count = counts.get(topic) or self.learn(topic)
                partition = partition_of(record.key, count)
            headers = list(record.headers) if record.headers else None
            futures.append(send(topic, record.value, record.key.encode(), headers, partition))
        return futures


def acknowledged(producer: KafkaProducer, futures: Sequence[Any], deadline: float) -> list[int]:
    """The offsets of all records, once the broker has them all. Raises `BusError` at the first refusal or at the deadline (monotonic)."""
    try:
        producer.flush(max(0.0, deadline - time.monotonic()))
        offsets = []
        for future in futures:
            metadata = future.get(timeout=max(0.001, deadline - time.monotonic()))
            offsets.append(metadata.offset)
    except (errors.KafkaError, OSError, AssertionError, RuntimeError) as error:
        raise translated(error, "send") from error
    return offsets


def end(producer: KafkaProducer, *, wait: float = 0.0) -> None:
    """Stop a client whatever state it is in, never raising. With `wait` what is in flight may still arrive in that time.

    The client's own `close` raises from its flush before it has stopped its thread, so the thread is told directly afterwards.
    """
    try:
        if wait:
            producer.close(timeout=wait)
            if not producer._sender.is_alive():
                return
    except (errors.KafkaError, OSError, AssertionError, RuntimeError) as error:
        logger.info("producer did not close in time: %s", error)
    sender = producer._sender
    sender.force_close()
    sender.join(_JOIN_SECONDS)
    producer._unregister_cleanup()
    producer._closed = True  # else the garbage collector closes it again and silences the client's logger for the process
