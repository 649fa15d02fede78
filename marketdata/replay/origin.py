"""What a record of a replay says of its origin, in a header: which replay, which part of its way, which line of the file.

By it a replay that was killed knows what of its last batch had reached the topic, and a recording puts rows of one moment back in the
order of their file.
"""

from datetime import timedelta
from typing import NamedTuple

from marketdata.models import QuoteReplay
from marketdata.publishing import Headers
from marketdata.selectors import to_microseconds
from oms_site.infra.bus.ports import Bus, Record
from schemas.topics import QUOTES

HEADER = "replay"
_EARLIER = timedelta(seconds=30)
"""How much earlier than needed the topic is looked through, in case the clock was set back meanwhile."""


class Origin(NamedTuple):
    """In the order in which rows were sent."""

    replay: int
    part: int
    line: int


def headers_of(origin: Origin) -> Headers:
    """The header of a record."""
    return ((HEADER, b"%d:%d:%d" % origin),)


def origin_of(record: Record) -> Origin | None:
    """Where a record came from; None when no replay sent it."""
    text = next((value for name, value in record.headers if name == HEADER), None)
    if text is None:
        return None
    replay, part, line = map(int, text.split(b":"))
    return Origin(replay, part, line)


def lines_sent(bus: Bus, row: QuoteReplay) -> frozenset[int]:
    """Lines behind the kept place of a replay that are on the topic all the same: its process ended before it could say so."""
    consumer = bus.consumer(None, client_id="replay-recovery")
    try:
        partitions = consumer.partitions(QUOTES.name)
        ends = consumer.end_offsets(partitions)
        found: set[int] = set()
        begin = consumer.offsets_for_time(partitions, to_microseconds(row.safe_at - _EARLIER))
        consumer.assign(begin)
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            origins = map(origin_of, consumer.poll(500, 5_000))
            found.update(at.line for at in origins if at is not None and at[:2] == (row.pk, row.part) and at.line > row.line)
        return frozenset(found)
    finally:
        consumer.close()
