"""One look of the drop copy: read on, count, compare at the point at which the tables stand, settle breaks."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from oms_site.infra.bus import offsets
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.ports import Consumer, Partition
from oms_site.infra.bus.processor import Delivery
from oms_site.infra.bus.reading import read_upto
from reporting.models import Break, DropCopy
from reporting.services.drop_copy.breaks import breaks_settle, breaks_tell
from reporting.services.drop_copy.comparing import COMPARISONS, Subject, orders_count, slice_end
from reporting.services.drop_copy.copying import executions_copy, fills_check, trades_copy
from reporting.services.drop_copy.difference import Difference
from schemas.topics import EXECUTIONS, TRADES

GROUP = "drop_copy"
TABLES = "core"
"""The projection whose rows are compared."""
CHUNK = 5_000
"""Records copied in one transaction while it is behind."""
COPY_SECONDS = 1.0
"""How long one look may copy what is waiting: the live flow has the machine first, a burst is made up for by the next looks."""
Offsets = Mapping[Partition, int]


class Look(NamedTuple):
    """What one look did.

    `compared` None: the tables are behind what was copied, or there was more to copy than one look does; later looks go on from there.
    """

    compared: int | None
    found: int = 0
    cleared: int = 0


def drop_copy_look(*, now: datetime) -> Look | None:
    """Look once; None when another look runs. Raises `BusError`, and what cannot be decoded: a look that failed begins again."""
    with _alone() as mine:
        if not mine:
            return None
        consumer = bus().consumer(None, client_id="drop-copy")
        try:
            copy = _Copy(consumer, now)
            found = copy.compare() if copy.catch_up(time.monotonic() + COPY_SECONDS) else None
        finally:
            consumer.close()
        if found is None:
            return Look(None, copy.told)
        told, cleared = breaks_settle(found, now=now)
        return Look(DropCopy.objects.get(pk=1).orders, copy.told + told, cleared)


class _Copy:
    """A reader and where it stands."""

    def __init__(self, consumer: Consumer, now: datetime) -> None:
        self._consumer, self._now = consumer, now
        parts = [part for topic in (EXECUTIONS, TRADES) for part in consumer.partitions(topic.name)]
        self._at = offsets.positions(GROUP, consumer.beginning_offsets(parts), now=now)
        self._touched: set[str] = set()
        self.told = 0
        """Breaks that were told on the way."""

    def catch_up(self, until: float) -> bool:
        """Copy what the tables hold by now, in bounded transactions; trades first, so that each fill finds its own.

        False: there is more, but it is later than `until` (of the monotonic clock).
        """
        goal = _tables_at()
        for topic, upto in ((TRADES.name, self._ends()), (EXECUTIONS.name, goal)):
            for chunk in self._read(topic, upto):
                with transaction.atomic():
                    self._copy(topic, chunk)
                    self.told += breaks_tell(fills_check(chunk), now=self._now)
                if time.monotonic() > until and any(self._at[part] < upto.get(part, 0) for part in self._at if part.topic == topic):
                    return False
        return True

    def compare(self) -> list[Difference] | None:
        """What differs, as of one moment of the tables; None when they are behind."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            at = _tables_at()
            if any(at.get(part, 0) < done for part, done in self._at.items() if part.topic == EXECUTIONS.name):
                return None
            fills = [delivery for chunk in self._read(EXECUTIONS.name, at) for delivery in self._copy(EXECUTIONS.name, chunk)]
            for chunk in self._read(TRADES.name, self._ends()):
                self._copy(TRADES.name, chunk)
            return fills_check(fills) + self._compared(at)

    def _compared(self, at: Offsets) -> list[Difference]:
        held = DropCopy.objects.filter(pk=1).first()
        after = held.after if held else ""
        upto = slice_end(after)
        broken = Break.objects.filter(cleared_at=None, kind="order").values_list("subject", flat=True)
        trades = {part.index: offset for part, offset in at.items() if part.topic == TRADES.name}
        subject = Subject(self._touched | set(broken), after, upto, trades)
        found = [difference for compare in COMPARISONS for difference in compare(subject)]
        values = {"looked_at": self._now, "orders": orders_count(subject), "after": upto or ""}
        DropCopy.objects.update_or_create(pk=1, defaults=values)
        return found

    def _ends(self) -> Offsets:
        return self._consumer.end_offsets([part for part in self._at if part.topic == TRADES.name])

    def _read(self, topic: str, upto: Offsets) -> Iterator[list[Delivery]]:
        """The topic's records from where the copy stands up to (exclusive) these offsets, in chunks that are each to be copied at once."""
        goal = {part: upto[part] for part in self._at if part.topic == topic and upto.get(part, 0) > self._at[part]}
        if not goal:
            return
        self._consumer.assign({part: self._at[part] for part in goal})
        for records in read_upto(self._consumer, goal, most=CHUNK):
            kept = [record for record in records if record.offset < goal[Partition(record.topic, record.partition)]]
            if kept:
                yield [read(wire(), record) for record in kept]

    def _copy(self, topic: str, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Copy a chunk and move on, in the open transaction; the chunk."""
        following = {Partition(topic, delivery.position.partition): delivery.position.offset + 1 for delivery in deliveries}
        offsets.advance(GROUP, self._at, following, now=self._now)
        if topic == TRADES.name:
            trades_copy(deliveries)
        else:
            self._touched.update(executions_copy(deliveries))
        self._at |= following
        return deliveries


def _tables_at() -> dict[Partition, int]:
    """Next offsets of the projection."""
    rows = ConsumedOffset.objects.filter(group=TABLES, topic__in=[EXECUTIONS.name, TRADES.name])
    return {Partition(topic, index): offset for topic, index, offset in rows.values_list("topic", "partition", "offset")}


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this look is the only one; the lock goes with the connection should the process die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('drop_copy', 1))")
        (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('drop_copy', 1))")
