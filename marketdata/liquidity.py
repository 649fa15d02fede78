"""The house liquidity provider as a worker: quotes in, commands of one account out, its own life-cycle log as the answer. ADR 0008.

Kafka to Kafka without a state of its own: at every start it cancels what an earlier run left and quotes anew. How each instrument is
quoted it reads from the database every second; what it does it tells there, for people alone.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from marketdata import backlog
from marketdata.backlog import MAX_RECORDS, POLL_MS
from marketdata.domain.dealing import HOUSE, Desk
from marketdata.domain.told import STATES, Told
from marketdata.listings import house_terms
from marketdata.publishing import TopicWriter
from marketdata.selectors import from_microseconds, symbols_with_book, to_microseconds
from marketdata.services import house_told
from oms_site import env
from oms_site.infra import metrics
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import Bus, BusError, Consumer, Record
from oms_site.infra.bus.processor import Control
from schemas.errors import CodecError, RegistryError
from schemas.messages import Execution, OrderCommand, Quote
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, QUOTES
from schemas.wire import Wire

log = structlog.get_logger(__name__)

RELOAD_SECONDS = 1.0
TELL_ALL_SECONDS = 5.0
BACK_OFF_SECONDS = 2.0
COUNTS = ("quotes", "commands", "resting", "refused", "deferred", "given_up", "unreadable", "sessions")
STOPPED = "the worker is not running"


class Session:
    """One life of the provider, from its mass cancel to its end; any failure of the bus ends it. `now` gives microseconds."""

    def __init__(self, the_bus: Bus, the_wire: Wire, counts: dict[str, int], now: Callable[[], int]) -> None:
        self._wire = the_wire
        self._counts = counts
        self._now = now
        self._consumer: Consumer = the_bus.consumer(None, client_id="liquidity")
        self._writer = TopicWriter(the_bus, the_wire, ORDERS, client_id="liquidity")
        last = backlog.last_command(self._consumer, the_wire)
        held, own, upto = backlog.holdings(self._consumer, the_wire)
        self._desk = Desk(last, held, env.HOUSE_COMMANDS_PER_SECOND)
        self._told: dict[str, Told] = {}
        self._tell_all_at = self._reload_at = 0.0
        self._list()
        self._consumer.assign({own: upto} | self._consumer.end_offsets(self._consumer.partitions(QUOTES.name)))
        self._send(self._desk.begin(now()))

    def step(self) -> None:
        """Read what is there, send what follows."""
        if time.monotonic() >= self._reload_at:
            self._reload_at = time.monotonic() + RELOAD_SECONDS
            self._with_database()
        for record in self._consumer.poll(POLL_MS, MAX_RECORDS):
            self._take(record)
        self._send(self._desk.commands(self._now()))
        self._count()

    def withdraw(self) -> None:
        """Take every quote out of the book, and say that nobody quotes."""
        self._send(self._desk.end(self._now()))
        self._tell([one._replace(why=STOPPED) for one in self._desk.told(self._now())])

    def close(self) -> None:
        """Give the clients back."""
        self._consumer.close()
        self._writer.close()

    def _send(self, commands: list[OrderCommand]) -> None:
        if not commands:
            return
        self._writer.send(commands)
        self._counts["commands"] += len(commands)
        for command, number in Counter(command.command for command in commands).items():
            metrics.HOUSE_COMMANDS.labels(command).inc(number)

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

    def _count(self) -> None:
        desk, counts = self._desk, self._counts
        counts["resting"], counts["given_up"] = desk.resting(), desk.given_up
        for reason, number in desk.refused.items():
            counts["refused"] += number
            metrics.HOUSE_REFUSALS.labels(reason).inc(number)
        desk.refused.clear()
        counts["deferred"] += desk.deferred
        metrics.HOUSE_DEFERRED.inc(desk.deferred)
        desk.deferred = 0

    def _list(self) -> None:
        """Take the terms that hold now, of markets that matching has told of: it would refuse quotes that came before their instrument."""
        told = symbols_with_book()
        self._desk.list_symbols({symbol: terms for symbol, terms in house_terms().items() if symbol in told})

    def _with_database(self) -> None:
        """New terms in, news out. Without the database it goes on with the terms it knows: quotes in the book must not be left alone."""
        try:
            self._list()
            told = list(self._desk.told(self._now()))
            everything = time.monotonic() >= self._tell_all_at
            self._tell([one for one in told if everything or self._told.get(one.symbol) != one])
            if everything:
                self._tell_all_at = time.monotonic() + TELL_ALL_SECONDS
        except DatabaseError as error:
            log.warning("liquidity_database_failed", error=type(error).__name__)
            connection.close()

    def _tell(self, told: list[Told]) -> None:
        house_told(told, now=from_microseconds(self._now()))
        self._told |= {one.symbol: one for one in told}
        states = Counter(one.state for one in self._told.values())
        for state in STATES:
            metrics.HOUSE_SYMBOLS.labels(state).set(states[state])


def run(control: Control) -> dict[str, Any]:
    """Quote until told to stop, then withdraw. After a failure of the bus or the database a new session begins."""
    counts = control.counts
    counts |= dict.fromkeys(COUNTS, 0)
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
    except (BusError, DatabaseError) as error:
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
