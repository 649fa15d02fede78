"""The process' bus, registry and wire, made from the settings when first asked for, and never inherited through a fork."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from oms_site import env
from oms_site.infra.bus.kafka import KafkaBus
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.ports import Bus
from schemas.messages import Message
from schemas.registry import Registry
from schemas.topics import Topic
from schemas.wire import Wire

_swapped: list[tuple[Bus, Wire | None]] = []


def settings() -> KafkaSettings:
    """Where the broker is, and the prefix of every name on it."""
    return KafkaSettings(bootstrap=env.KAFKA_BOOTSTRAP, prefix=env.TOPIC_PREFIX)


@cache
def _bus() -> Bus:
    return KafkaBus(settings())


@cache
def registry() -> Registry:
    """The registry of the settings."""
    return Registry(env.SCHEMA_REGISTRY_URL)


@cache
def _wire() -> Wire:
    return Wire(registry())


def bus() -> Bus:
    """The bus: Kafka of the settings, or what a test put in its place."""
    return _swapped[-1][0] if _swapped else _bus()


def wire() -> Wire:
    """How records of topics are written and read, with the registry of the settings, or what a test put in its place."""
    swapped = _swapped[-1][1] if _swapped else None
    return swapped or _wire()


def decode_record(topic: Topic, value: bytes | None) -> Message:
    """The message in a value read from a topic. Raises as `Wire.message`."""
    return wire().message(topic, value)


@contextmanager
def use(bus_: Bus, wire_: Wire | None = None) -> Iterator[None]:
    """Put another bus (and wire) in place for this process, for tests and simulations."""
    _swapped.append((bus_, wire_))
    try:
        yield
    finally:
        _swapped.pop()


def _forget() -> None:
    """A forked child makes clients of its own: sockets and threads of the parent are not its."""
    for made in (_bus, registry, _wire):
        made.cache_clear()


os.register_at_fork(after_in_child=_forget)
