"""The two buses, each with topics of its own and the power to stop its broker."""

import signal
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from oms_site import env
from oms_site.infra.bus.kafka import KafkaBus
from oms_site.infra.bus.kafka.admin import TopicState, admin
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.memory import MemoryBroker, MemoryBus
from oms_site.infra.bus.ports import Bus, Partition

TOPICS = {"in": 4, "side": 4, "out": 4}


@dataclass
class Case:
    """A bus under test. What it makes is closed at the end."""

    bus: Bus
    name: str
    freeze: Callable[[], None] | None = None
    thaw: Callable[[], None] | None = None
    made: list[Any] = field(default_factory=list)

    def consumer(self, group=None, name="test"):
        self.made.append(self.bus.consumer(group, client_id=name))
        return self.made[-1]

    def producer(self):
        self.made.append(self.bus.producer(client_id="test"))
        return self.made[-1]

    def transactional(self, name="tx"):
        self.made.append(self.bus.transactional_producer(name))
        return self.made[-1]

    def member(self, group="readers", topics=("in",)):
        """A consumer that has joined its group and knows its partitions."""
        consumer = self.consumer(group)
        assigned: list[Partition] = []

        def on_assigned(partitions):
            assigned[:] = partitions

        def on_revoked(partitions):
            assigned.clear()

        consumer.subscribe(topics, on_assigned, on_revoked)
        consumer.assigned = assigned
        return consumer

    def read(self, consumer, count, within=15.0):
        """That many records, or as many as come in time."""
        found, deadline = [], time.monotonic() + within
        while len(found) < count and time.monotonic() < deadline:
            found += consumer.poll(100, 1_000)
        return found

    def everything(self, topic):
        """All committed records of a topic, read without a group up to the very end of the log."""
        consumer = self.consumer()
        partitions = consumer.partitions(topic)
        ends = consumer.log_ends(partitions)
        consumer.assign(consumer.beginning_offsets(partitions))
        found, deadline = [], time.monotonic() + 30
        while any(consumer.position(part) < ends[part] for part in partitions) and time.monotonic() < deadline:
            found += consumer.poll(100, 1_000)
        return sorted(found, key=lambda record: (record.partition, record.offset))


@pytest.fixture
def kafka_case(servers) -> Iterator[Case]:
    settings = KafkaSettings(
        bootstrap=env.KAFKA_BOOTSTRAP,
        prefix=f"c{uuid.uuid4().hex[:8]}.",
        request_timeout=2.0,
        delivery_timeout=4.0,
        transaction_timeout=5.0,
    )

    def freeze() -> None:
        """Stop the broker's processes, not its sockets."""
        servers.kill("kafka", signal.SIGSTOP, group=True)

    def thaw() -> None:
        """Let it go on where it was."""
        servers.kill("kafka", signal.SIGCONT, group=True)

    with admin(settings) as kafka:
        kafka.create({name: TopicState(count, -1) for name, count in TOPICS.items()})
    case = Case(KafkaBus(settings), "kafka", freeze, thaw)
    yield case
    thaw()
    for client in reversed(case.made):
        client.close()
    with admin(settings) as kafka:
        kafka.delete(list(TOPICS))


@pytest.fixture
def memory_case() -> Iterator[Case]:
    case = Case(MemoryBus(MemoryBroker(TOPICS, clock=lambda: time.time_ns() // 1000)), "memory")
    yield case
    for client in reversed(case.made):
        client.close()


@pytest.fixture(params=["memory", "kafka"])
def case(request) -> Case:
    return request.getfixturevalue(f"{request.param}_case")
