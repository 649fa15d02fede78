"""`Producer` on Kafka: a bounded number of records in flight, and no second life after a time-out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kafka import KafkaProducer

from oms_site.infra.bus.kafka.connecting import connected
from oms_site.infra.bus.kafka.failures import translating
from oms_site.infra.bus.kafka.sending import Appender, acknowledged, end
from oms_site.infra.bus.kafka.settings import KafkaSettings
from oms_site.infra.bus.ports import BusError, Outgoing

_CLOSE_SECONDS = 2.0


class KafkaWriter:
    """Writes and waits. The client can wedge for good once a broker stalls longer than the delivery time-out: after any failure
    this object is dead, and its owner makes another.
    """

    def __init__(self, settings: KafkaSettings, client_id: str) -> None:
        self._in_flight = settings.in_flight
        self._producer = connected(KafkaProducer, settings.producer(client_id))
        self._prefix = settings.prefix
        self._appender = Appender(self._producer, settings.prefix)
        self._dead = False
        self._posted: list[Any] = []

    def prepare(self, topic: str) -> None:
        """See `ports.Producer`."""
        with self._living(), translating("send"):
            self._appender.learn(self._prefix + topic)

    def send(self, records: Sequence[Outgoing], timeout: float = 10.0) -> list[int]:
        """See `ports.Producer`. At most `in_flight` records are unacknowledged at any time."""
        deadline = time.monotonic() + timeout
        offsets: list[int] = []
        with self._living():
            for start in range(0, len(records), self._in_flight):
                with translating("send"):
                    futures = self._appender.append(records[start : start + self._in_flight])
                offsets += acknowledged(self._producer, futures, deadline)
        return offsets

    def post(self, records: Sequence[Outgoing]) -> None:
        """See `ports.Producer`."""
        with self._living(), translating("send"):
            self._posted += self._appender.append(records)

    def settle(self, timeout: float = 10.0) -> None:
        """See `ports.Producer`."""
        with self._living():
            posted, self._posted = self._posted, []
            if posted:
                acknowledged(self._producer, posted, time.monotonic() + timeout)

    @contextmanager
    def _living(self) -> Iterator[None]:
        """Use the client; whatever fails ends it."""
        if self._dead:
            raise BusError("this producer failed before: make another")
        try:
            yield
        except BaseException:
            self._dead = True
            end(self._producer)
            raise

    def close(self) -> None:
        """See `ports.Producer`."""
        if not self._dead:
            self._dead = True
            end(self._producer, wait=_CLOSE_SECONDS)
