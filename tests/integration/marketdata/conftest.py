"""Instruments, people and log records for the tests of market data."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User

from marketdata.demo import DEMO_INSTRUMENTS
from marketdata.models import Instrument
from marketdata.projection.candles import project_candles
from marketdata.projection.quotes import project_quotes
from marketdata.publishing import TopicWriter
from marketdata.selectors import listed_of
from oms_site import env
from oms_site.infra.bus.connection import use
from oms_site.infra.bus.kafka import KafkaBus
from oms_site.infra.bus.kafka.admin import TopicState, admin
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.processor import Delivery, Position
from schemas.codec import decode
from schemas.messages import BookLevel, BookUpdate, OrderCommand, Quote
from schemas.registry import Registry
from schemas.topics import BY_NAME, TOPICS
from schemas.units import ONE, to_units
from schemas.wire import Wire, registrations
from tests.eventually import eventually

NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000 + 123_456


@pytest.fixture
def instruments(db):
    """The demo's instruments, as rows alone."""
    Instrument.objects.bulk_create([Instrument(**row._asdict()) for row in DEMO_INSTRUMENTS])


def person(username, *roles, **more):
    """A user of these roles."""
    user = User.objects.create_user(username, password="correct horse battery", **more)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def units(text):
    """Decimal text in 1e-8; None stays None."""
    return None if text is None else to_units(Decimal(text))


def quote(symbol, bid, ask, *, last=None, event="Q", time=NOW_US, source="replay"):
    """A row of the topic."""
    return Quote(symbol, units(bid), units(ask), None, 5 * ONE, units(last), ONE if event == "T" else None, event, time, source)


def book(symbol, seq, bids=(), asks=(), *, kind="update", last=None, time=NOW_US, **market):
    """A record of `book`; levels as (price, quantity, orders); the market's fields by name."""
    sides = [tuple(BookLevel(units(price), units(quantity), orders) for price, quantity, orders in side) for side in (bids, asks)]
    return BookUpdate(symbol, seq, kind, *sides, units(last), time, **market)


def controls(*kinds):
    """The market controls in the outbox, each once, in order."""
    rows = OutboxMessage.objects.filter(partition=0).order_by("id")
    found = [decode(OrderCommand, bytes(row.body)) for row in rows]
    return [command for command in found if command.command in (kinds or ("phase", "uncross"))]


def delivered(topic, *messages, partition=0, start=0, timestamp=NOW_US):
    """Messages as the worker gives them to a handler."""
    return [Delivery(Position(topic, partition, start + number), message, timestamp) for number, message in enumerate(messages)]


def quotes_projected(deliveries):
    """What a batch tells the channel `quotes`."""
    return list(project_quotes(deliveries, NOW_US, _listed(deliveries)))


def candles_projected(deliveries, now=NOW_US):
    """What a batch tells the channel `candles`."""
    return list(project_candles(deliveries, now, _listed(deliveries).day_of))


def _listed(deliveries):
    return listed_of({delivery.message.symbol for delivery in deliveries})


class Log:
    """The real broker under a prefix of its own: the bus, the wire, and what lies in a topic."""

    def __init__(self, settings):
        self.bus = KafkaBus(settings)
        self.wire = Wire(Registry(env.SCHEMA_REGISTRY_URL))

    def records(self, topic):
        """Every record of a topic, by partition and offset."""
        consumer = self.bus.consumer(None, client_id="test-reader")
        try:
            partitions = consumer.partitions(topic)
            ends = consumer.end_offsets(partitions)
            consumer.assign(consumer.beginning_offsets(partitions))
            found = []

            def complete():
                found.extend(consumer.poll(200, 5_000))
                return all(consumer.position(partition) >= end for partition, end in ends.items())

            eventually(complete, within=15)
            return sorted(found, key=lambda record: (record.partition, record.offset))
        finally:
            consumer.close()

    def send(self, topic, messages):
        """Write messages to a topic."""
        writer = TopicWriter(self.bus, self.wire, topic, client_id="test-writer")
        writer.send(messages)
        writer.close()

    def messages(self, topic):
        """The messages of a topic."""
        return [self.wire.message(BY_NAME[topic], record.value) for record in self.records(topic)]


@pytest.fixture
def log(servers) -> Iterator[Log]:
    """Topics of the test's own on the real broker, in place of the process' bus."""
    settings = KafkaSettings(bootstrap=env.KAFKA_BOOTSTRAP, prefix=f"t{uuid.uuid4().hex[:8]}.")
    registry = Registry(env.SCHEMA_REGISTRY_URL)
    for topic, text in registrations():
        registry.register(topic.subject, text)
    with admin(settings) as broker:
        broker.create({topic.name: TopicState(topic.partitions, topic.retention_ms) for topic in TOPICS})
        made = Log(settings)
        with use(made.bus, made.wire):
            yield made
        broker.delete([topic.name for topic in TOPICS])
