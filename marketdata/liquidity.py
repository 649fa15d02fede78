"""The house liquidity provider as a worker: quotes in, commands of one account out, its own life-cycle log as the answer. ADR 0008.

Kafka to Kafka without a state of its own: at every start it cancels what an earlier run left and quotes anew.
"""

import threading
import time
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from marketdata.domain.dealing import HOUSE, Desk
from marketdata.listings import terms_of
from marketdata.publishing import TopicWriter
from marketdata.selectors import instruments_by_symbol, to_microseconds
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Bus, BusError, Consumer, Partition, Record
from oms_site.infra.bus.processor import Control
from schemas.errors import CodecError, RegistryError
from schemas.messages import Execution, Quote
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, PARTITIONS, QUOTES
from schemas.wire import Wire

log = structlog.get_logger(__name__)

POLL_MS = 100
MAX_RECORDS = 5_000
RELOAD_SECONDS = 5.0
BACK_OFF_SECONDS = 2.0


class _Session:
    """One life of the provider, from its mass cancel to its end; any failure of the bus ends it."""

    def __init__(self, the_bus: Bus, the_wire: Wire, counts: dict[str, int]) -> None:
        self._wire = the_wire
        self._counts = counts
        self._desk = Desk()
        self._reload_at = 0.0
        self._reload()
        self._consumer = the_bus.consumer(None, client_id="liquidity")
        self._writer = TopicWriter(the_bus, the_wire, ORDERS, client_id="liquidity")
        self._read_from_the_end(self._consumer)
        self._writer.send(self._desk.begin(_now()))

    @staticmethod
    def _read_from_the_end(consumer: Consumer) -> None:
        own = Partition(EXECUTIONS.name, partition_of(HOUSE, PARTITIONS))
        consumer.assign(consumer.end_offsets([own, *consumer.partitions(QUOTES.name)]))

    def step(self) -> None:
        """Read what is there, send what follows."""
        if time.monotonic() >= self._reload_at:
            self._reload()
        for record in self._consumer.poll(POLL_MS, MAX_RECORDS):
            self._take(record)
        commands = self._desk.commands(_now())
        if commands:
            self._writer.send(commands)
            self._counts["commands"] += len(commands)
        self._counts["resting"] = self._desk.resting()
        self._counts["given_up"] = self._desk.given_up

    def withdraw(self) -> None:
        """Take every quote out of the book."""
        self._writer.send(self._desk.end(_now()))

    def close(self) -> None:
        """Give the clients back."""
        self._consumer.close()
        self._writer.close()

    def _take(self, record: Record) -> None:
        if record.topic == EXECUTIONS.name and record.key != HOUSE:
            return
        try:
            message = self._wire.message(BY_NAME[record.topic], record.value)
        except CodecError as error:
            self._counts["unreadable"] += 1
            log.warning("record_unreadable", topic=record.topic, partition=record.partition, offset=record.offset, error=str(error))
            return
        if isinstance(message, Quote):
            self._counts["quotes"] += 1
            self._desk.quote(message, record.timestamp)
        elif isinstance(message, Execution):
            self._desk.execution(message, _now())

    def _reload(self) -> None:
        self._reload_at = time.monotonic() + RELOAD_SECONDS
        rows = instruments_by_symbol().values()
        self._desk.list_symbols({row.symbol: terms_of(row) for row in rows if row.provide_liquidity and row.tradable})


def run(control: Control) -> dict[str, Any]:
    """Quote until told to stop, then withdraw. After a failure of the bus or the database a new session begins."""
    counts = control.counts
    counts |= {"quotes": 0, "commands": 0, "resting": 0, "given_up": 0, "unreadable": 0, "sessions": 0}
    session: _Session | None = None
    while (reason := control.stop_reason()) is None:
        try:
            if control.paused():
                _end(session)
                session = None
                control.report("paused", counts)
                threading.Event().wait(POLL_MS / 1_000)
                continue
            if session is None:
                session = _Session(bus(), wire(), counts)
                counts["sessions"] += 1
            session.step()
            control.report("running", counts)
        except (BusError, RegistryError, DatabaseError) as error:
            log.warning("liquidity_session_failed", error=f"{type(error).__name__}: {error}")
            _drop(session)
            session = None
            threading.Event().wait(BACK_OFF_SECONDS)
    try:
        _end(session)
    except BusError as error:
        log.warning("liquidity_left_quotes", error=str(error))  # the next start cancels them
        _drop(session)
    connection.close()
    return {**counts, "reason": reason}


def _end(session: _Session | None) -> None:
    if session is not None:
        session.withdraw()
        session.close()


def _drop(session: _Session | None) -> None:
    if session is not None:
        session.close()
    connection.close()


def _now() -> int:
    return to_microseconds(timezone.now())
