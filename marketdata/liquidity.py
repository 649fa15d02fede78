"""The house liquidity provider as a worker: quotes in, commands of one account out, its own life-cycle log as the answer. ADR 0008.

Kafka to Kafka without a state of its own: at every start it cancels what an earlier run left and quotes anew.
"""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from marketdata.domain.dealing import HOUSE, Desk
from marketdata.listings import terms_of
from marketdata.publishing import TopicWriter
from marketdata.selectors import instruments_with_phase, to_microseconds
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Bus, BusError, Consumer, Partition, Record
from oms_site.infra.bus.processor import Control
from schemas.enums import Phase
from schemas.errors import CodecError, RegistryError
from schemas.messages import Execution, OrderCommand, Quote
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, PARTITIONS, QUOTES
from schemas.wire import Wire

log = structlog.get_logger(__name__)

POLL_MS = 100
MAX_RECORDS = 5_000
RELOAD_SECONDS = 5.0
BACK_OFF_SECONDS = 2.0
STANDING_STILL = (Phase.HALTED.value, Phase.CLOSED.value)
"""Phases in which no order is taken: nothing is quoted until the market is seen to be open again."""
LOOK_BACK = 5_000
LOOK_BACK_SECONDS = 5.0


class Session:
    """One life of the provider, from its mass cancel to its end; any failure of the bus ends it. `now` gives microseconds."""

    def __init__(self, the_bus: Bus, the_wire: Wire, counts: dict[str, int], now: Callable[[], int]) -> None:
        self._wire = the_wire
        self._counts = counts
        self._now = now
        self._consumer = the_bus.consumer(None, client_id="liquidity")
        self._writer = TopicWriter(the_bus, the_wire, ORDERS, client_id="liquidity")
        self._desk = Desk(_last_command(self._consumer, the_wire))
        self._reload_at = 0.0
        self._reload()
        own = Partition(EXECUTIONS.name, partition_of(HOUSE, PARTITIONS))
        self._consumer.assign(self._consumer.end_offsets([own, *self._consumer.partitions(QUOTES.name)]))
        self._writer.send(self._desk.begin(now()))

    def step(self) -> None:
        """Read what is there, send what follows."""
        if time.monotonic() >= self._reload_at:
            self._try_to_reload()
        for record in self._consumer.poll(POLL_MS, MAX_RECORDS):
            self._take(record)
        commands = self._desk.commands(self._now())
        if commands:
            self._writer.send(commands)
            self._counts["commands"] += len(commands)
        self._counts["resting"] = self._desk.resting()
        self._counts["given_up"] = self._desk.given_up

    def withdraw(self) -> None:
        """Take every quote out of the book."""
        self._writer.send(self._desk.end(self._now()))

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
            self._desk.execution(message, self._now())

    def _try_to_reload(self) -> None:
        """Without the database it goes on with the terms it knows: quotes in the book must not be left alone."""
        try:
            self._reload()
        except DatabaseError as error:
            log.warning("liquidity_terms_not_read", error=type(error).__name__)
            connection.close()

    def _reload(self) -> None:
        self._reload_at = time.monotonic() + RELOAD_SECONDS
        rows = instruments_with_phase().filter(provide_liquidity=True, tradable=True).exclude(phase__in=STANDING_STILL)
        self._desk.list_symbols({row.symbol: terms_of(row) for row in rows.order_by("symbol")})


def _last_command(consumer: Consumer, wire_: Wire) -> int:
    """The highest command id of the house near the end of `orders`: its ids go on rising even if the clock was set back."""
    own = Partition(ORDERS.name, partition_of(HOUSE, PARTITIONS))
    end = consumer.end_offsets([own])[own]
    consumer.assign({own: max(consumer.beginning_offsets([own])[own], end - LOOK_BACK)})
    last, deadline = 0, time.monotonic() + LOOK_BACK_SECONDS
    while consumer.position(own) < end and time.monotonic() < deadline:
        for record in consumer.poll(POLL_MS, MAX_RECORDS):
            if record.key == HOUSE:
                last = max(last, _command_id(wire_, record))
    return last


def _command_id(wire_: Wire, record: Record) -> int:
    try:
        message = wire_.message(ORDERS, record.value)
    except CodecError:
        return 0  # never applied by anyone either
    return message.command_id if isinstance(message, OrderCommand) else 0


def run(control: Control) -> dict[str, Any]:
    """Quote until told to stop, then withdraw. After a failure of the bus or the database a new session begins."""
    counts = control.counts
    counts |= {"quotes": 0, "commands": 0, "resting": 0, "given_up": 0, "unreadable": 0, "sessions": 0}
    session: Session | None = None
    while (reason := control.stop_reason()) is None:
        try:
            if control.paused():
                _end(session)
                session = None
                control.report("paused", counts)
                control.idle(POLL_MS / 1_000)
                continue
            if session is None:
                session = Session(bus(), wire(), counts, _now)
                counts["sessions"] += 1
            session.step()
            control.report("running", counts)
        except (BusError, RegistryError, DatabaseError) as error:
            log.warning("liquidity_session_failed", error=f"{type(error).__name__}: {error}")
            _drop(session)
            session = None
            control.idle(BACK_OFF_SECONDS)
    try:
        _end(session)
    except BusError as error:
        log.warning("liquidity_left_quotes", error=str(error))  # the next start cancels them
        _drop(session)
    connection.close()
    return {**counts, "reason": reason}


def _end(session: Session | None) -> None:
    if session is not None:
        session.withdraw()
        session.close()


def _drop(session: Session | None) -> None:
    if session is not None:
        session.close()
    connection.close()


def _now() -> int:
    return to_microseconds(timezone.now())
