"""A bus in memory with a registry in memory, toy workers over real records, and the hands that stop them."""

import threading
import time
from collections import defaultdict
from contextlib import contextmanager

import pytest
from django.db import connections

from oms_site.infra.bus.connection import use
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.memory import MemoryBroker, MemoryBus
from oms_site.infra.bus.ports import Outgoing
from oms_site.infra.bus.processor import Control, Output, TransformSpec
from schemas.errors import NotRegistered, UnknownSchemaId
from schemas.messages import Execution, OrderCommand
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, TOPICS
from schemas.wire import Wire, registrations
from tests.eventually import eventually


class MemoryRegistry:
    """What `Wire` asks of a registry."""

    def __init__(self):
        self.texts = []
        for _, text in registrations():
            if text not in self.texts:
                self.texts.append(text)

    def id_of(self, subject, text):
        if text not in self.texts:
            raise NotRegistered(subject)
        return self.texts.index(text) + 1

    def schema(self, schema_id):
        if not 0 < schema_id <= len(self.texts):
            raise UnknownSchemaId(f"the registry does not know id {schema_id}")
        return self.texts[schema_id - 1]


class World:
    """Broker, bus and wire of one test."""

    def __init__(self):
        names = {topic.name: topic.partitions for topic in TOPICS} | {topic.dead_letters: topic.partitions for topic in TOPICS}
        self.broker = MemoryBroker(names, clock=lambda: time.time_ns() // 1000)
        self.bus = MemoryBus(self.broker)
        self.wire = Wire(MemoryRegistry())

    def send(self, topic, *messages, partition=None):
        """Write messages under their keys."""
        producer = self.bus.producer(client_id="test")
        producer.send([Outgoing(topic.name, self.wire.key(topic, m), self.wire.value(topic, m), partition) for m in messages])

    def send_raw(self, topic, key, value, partition=None):
        """Write bytes."""
        self.bus.producer(client_id="test").send([Outgoing(topic.name, key, value, partition)])

    def records(self, name):
        """All records of a topic by partition and offset."""
        return [r for part, log in sorted(self.broker.logs.items()) if part.topic == name for r in log.records]

    def messages(self, topic):
        """All messages of a topic."""
        return [self.wire.message(topic, record.value) for record in self.records(topic.name)]

    def deliveries(self, topic):
        return [read(self.wire, record) for record in self.records(topic.name)]


@pytest.fixture
def world():
    made = World()
    with use(made.bus, made.wire):
        yield made


def command(account, number, order_id=None, **more):
    """A new order of an account."""
    values = {"side": "buy", "type": "limit", "tif": "day", "quantity": 10, "price": 20} | more
    return OrderCommand("new", number, order_id or f"O{number}", account, "IBM", 1_700_000_000_000_000 + number, **values)


class Refused(ValueError):
    """What the toy fold refuses without having changed anything."""


class CountingFold:
    """Numbers an account's commands. Fails half-way for order BOOM, refuses order NO."""

    format_version = 1

    def __init__(self, partition):
        self.partition = partition
        self.counts = {}
        self.orders = 0
        self.seen = []
        self.broken = set()

    def handle(self, delivery, now):
        message = delivery.message
        self.seen.append(message.id)
        if message.id == "NO":
            raise Refused("not this one")
        self.counts[message.account] = number = self.counts.get(message.account, 0) + 1
        if message.id.startswith("BOOM"):
            raise ZeroDivisionError("half-way")
        self.orders += 1
        return [Output(EXECUTIONS.name, step(message, number))]

    def recover(self, delivery):
        message = delivery.message
        if isinstance(message, Execution):
            self.counts[message.account] = message.seq
        else:
            self.orders += 1

    def recovered(self, now):
        return []

    def dump(self):
        return {"counts": dict(sorted(self.counts.items())), "orders": self.orders, "big": 2**80 + self.orders}

    def restore(self, state):
        assert state["big"] == 2**80 + state["orders"], "numbers beyond 64 bits come back exactly"
        self.counts, self.orders = dict(state["counts"]), state["orders"]


def step(message, number):
    """An execution that answers a command."""
    return Execution(
        f"E{message.account}{number}", number, "pending_new", message.id, message.account, "IBM", "buy", "limit", "day", 10, 20, 0, 10, 5
    )


def counting(**more):
    """The toy worker; `folds` collects what was made."""
    folds = defaultdict(list)

    def fold(partition):
        made = CountingFold(partition)
        folds[partition].append(made)
        return made

    values = {"recover_inputs": (ORDERS.name,), "recover_outputs": (EXECUTIONS.name,), "refusals": (Refused,)} | more
    spec = TransformSpec(name="counting", inputs=(ORDERS.name,), fold=fold, **values)
    return spec, folds


class Hand:
    """Stops, pauses and hears a worker."""

    def __init__(self):
        self.reason = None
        self.halted = False
        self.states = []
        self.told = 0
        self.control = Control(stop_reason=lambda: self.reason, paused=lambda: self.halted, report=self._report)

    def _report(self, state, progress):
        self.told += 1
        if not self.states or self.states[-1] != state:
            self.states.append(state)


@pytest.fixture
def hand():
    return Hand()


@contextmanager
def running(run):
    """Run a worker's loop in a thread of its own: what it returned or raised, once it has ended."""
    hand, outcome = Hand(), {}

    def work():
        try:
            outcome.update(run(hand.control))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome["raised"] = error
        finally:
            connections.close_all()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    outcome["hand"] = hand
    try:
        yield outcome
    finally:
        hand.reason = "end of test"
        eventually(lambda: not thread.is_alive(), within=20, what="the worker ends")


__all__ = ["BY_NAME", "CountingFold", "Hand", "World", "command", "counting", "running", "step"]
