"""The relay: sends what is unsent in the outbox to Kafka, oldest first, and deletes it once the broker has it. ADR 0004.

Woken by NOTIFY. It asks for *what is unsent*, never for ids above the last one: a slower transaction may commit a lower id later.
After a crash it may send a command again; risk recognises the repeat by its command id.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from django.db import connection as django_connection

from oms_site.infra import metrics, tally
from oms_site.infra.bus import outbox
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import Bus, BusError, Outgoing, Producer
from oms_site.infra.bus.processor import Control
from schemas.errors import RegistryError
from schemas.topics import BY_NAME
from schemas.wire import Wire

BATCH = 2_000
_WAIT_SECONDS = 1.0
_BACK_OFF_SECONDS = 0.5
_LOCK = "outbox:relay"

log = structlog.get_logger(__name__)
_STAGE = tally.StageTally(metrics.ORDER_STAGE_SECONDS.labels("relay"))


def run(control: Control) -> dict[str, Any]:
    """Relay until told to stop. Faults of the database, the broker or the registry are waited out."""
    relay = Relay(bus(), wire(), control)
    while (reason := control.stop_reason()) is None:
        try:
            relay.work()
        except (psycopg.Error, BusError, RegistryError) as error:
            log.warning("relay_waits", error=type(error).__name__, detail=str(error)[:300])
            control.count("faults")
            relay.close()
            control.idle(_BACK_OFF_SECONDS)
    relay.close()
    return {**control.counts, "reason": reason}


class Relay:
    """One relay: its own database connection, on which it listens, and one producer."""

    def __init__(self, bus_: Bus, wire_: Wire, control: Control) -> None:
        self._bus, self._wire, self._control = bus_, wire_, control
        self._database: psycopg.Connection[Any] | None = None
        self._producer: Producer | None = None

    def work(self) -> None:
        """Connect, then send and wait by turns until told to stop. Raises on a fault; `close` and call again."""
        database = self._database = _connect()
        database.execute(f"LISTEN {outbox.CHANNEL}")
        while not database.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 1))", (_LOCK,)).fetchone()[0]:  # type: ignore[index]
            self._control.report("waiting", {"for": "another relay"})
            self._control.idle(_WAIT_SECONDS)
            if self._control.stop_reason():
                return
        self._producer = self._bus.producer(client_id="relay")
        while not self._control.stop_reason():
            if self._control.paused():
                self._control.report("paused", self._control.counts)
                self._control.idle(_WAIT_SECONDS)
                continue
            self._control.report("running", self._control.counts)
            if not self.send_unsent():
                self._await_notify(database)

    def send_unsent(self) -> int:
        """Send one batch of what is unsent; how many."""
        assert self._database
        assert self._producer
        rows = self._database.execute(
            "SELECT id, topic, key, partition, schema_version, body, created_at FROM bus_outboxmessage ORDER BY id LIMIT %s", (BATCH,)
        ).fetchall()
        if not rows:
            return 0
        self._producer.send([self._outgoing(row) for row in rows])
        self._database.execute("DELETE FROM bus_outboxmessage WHERE id = ANY(%s)", ([row[0] for row in rows],))
        self._tell(rows)
        return len(rows)

    def close(self) -> None:
        """Give everything back; the next `work` starts anew."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None
        if self._database is not None:
            self._database.close()
            self._database = None

    def _outgoing(self, row: Sequence[Any]) -> Outgoing:
        _, topic, key, partition, version, body, _ = row
        return Outgoing(topic, key, self._wire.header(BY_NAME[topic], version) + body, partition)

    def _tell(self, rows: Sequence[Sequence[Any]]) -> None:
        now = datetime.now(UTC)
        metrics.RELAY_SENT.inc(len(rows))
        for row in rows:
            _STAGE.observe(max(0.0, (now - row[6]).total_seconds()))
        tally.flush()
        self._control.count("sent", len(rows))

    def _await_notify(self, database: psycopg.Connection[Any]) -> None:
        """Return at the first notification; after a second at the latest, to look whether to stop."""
        deadline = time.monotonic() + _WAIT_SECONDS
        for _ in database.notifies(timeout=max(0.0, deadline - time.monotonic()), stop_after=1):
            return


def _connect() -> psycopg.Connection[Any]:
    """A connection of its own to Django's database: LISTEN belongs to a session, which a pool would hand on."""
    settings = django_connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
        autocommit=True,
        connect_timeout=5,
        application_name="relay",
        options=f"-c pghistory.context_id={uuid.uuid4()}",  # what it has sent and deletes is no edit outside the product
    )
