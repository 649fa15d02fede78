"""Topics a worker watches without consuming them: read whole by every member, from a while ago on, nothing committed."""

import time
from collections.abc import Callable, Sequence

import structlog

from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.ports import Bus, OffsetGone, Record
from oms_site.infra.bus.processor import Delivery
from oms_site.infra.bus.reading import read_upto
from schemas.errors import CodecError
from schemas.wire import Wire

_CHUNK = 5_000
_LATE_SECONDS = 0.05

log = structlog.get_logger(__name__)


class Observation:
    """Feeds `observe` with what has been written to the topics. Raises `BusError` from every method."""

    def __init__(self, bus: Bus, wire: Wire, topics: Sequence[str], observe: Callable[[Sequence[Delivery]], None], worker: str) -> None:
        self._wire = wire
        self._observe = observe
        self._worker = worker
        self._consumer = bus.consumer(None, client_id=f"{worker}-observer")
        self._partitions = [part for topic in topics for part in self._consumer.partitions(topic)]
        self._whole_at = 0.0
        self.unreadable = 0

    def start(self, since: int) -> None:
        """Begin at `since` (microseconds) and read up to the present end."""
        self._consumer.assign(self._consumer.offsets_for_time(self._partitions, since))
        for records in read_upto(self._consumer, self._consumer.end_offsets(self._partitions), most=_CHUNK):
            self._take(records)

    def catch_up(self, since: int, *, whole: bool = False) -> None:
        """Read what has arrived, without waiting; with `whole`, all that was written until 50 ms ago.

        What is written after a pause has not arrived yet: the broker answers a read that waits there, and none may. So the first quote of a
        symbol and an order right behind it came in the wrong order. Where retention has overtaken the reader it begins again at `since`.
        """
        try:
            arrived = _CHUNK
            while arrived == _CHUNK:  # fewer: nothing more has arrived
                records = self._consumer.poll(0, _CHUNK)
                self._take(records)
                arrived = len(records)
            if whole and time.monotonic() - self._whole_at > _LATE_SECONDS:
                self._whole_at = time.monotonic()
                for records in read_upto(self._consumer, self._consumer.end_offsets(self._partitions), most=_CHUNK):
                    self._take(records)
        except OffsetGone as error:
            log.warning("observation_begins_again", worker=self._worker, why=str(error))
            self.start(since)

    def close(self) -> None:
        """Give the client back."""
        self._consumer.close()

    def _take(self, records: Sequence[Record]) -> None:
        deliveries = []
        for record in records:
            try:
                deliveries.append(read(self._wire, record))
            except CodecError:  # whoever consumes the topic writes the dead letter
                self.unreadable += 1
        if deliveries:
            self._observe(deliveries)
