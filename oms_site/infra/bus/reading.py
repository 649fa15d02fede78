"""Reading a log up to a known end without a group: what recovery, watchers and people who look at topics do."""

import time
from collections.abc import Iterator, Mapping

from oms_site.infra.bus.ports import BusError, Consumer, Partition, Record

STALL_SECONDS = 60.0
"""Without progress for so long a reader gives up: longer than any transaction may stay open."""


def read_upto(
    consumer: Consumer, ends: Mapping[Partition, int], *, poll_ms: int = 200, most: int = 2_000, stall: float = STALL_SECONDS
) -> Iterator[list[Record]]:
    """Batches of the assigned partitions until each position has reached its end; an open transaction before an end is waited for.

    A batch may hold records beyond the ends. Raises `BusError` when nothing moves any more, `OffsetGone`.
    """
    last: dict[Partition, int] = {}
    moved = time.monotonic()
    while True:
        positions = {part: consumer.position(part) for part in ends}
        if all(position >= ends[part] for part, position in positions.items()):
            return
        if positions != last:
            last, moved = positions, time.monotonic()
        elif time.monotonic() - moved > stall:
            behind = {
                f"{part.topic}[{part.index}]": (position, ends[part]) for part, position in positions.items() if position < ends[part]
            }
            raise BusError(f"reading stands still at (position, end) {behind}")
        yield consumer.poll(poll_ms, most)
