"""What the log says about the house at the start of its worker: the last command it sent, and what its account holds."""

import time
from collections.abc import Iterator
from typing import Any

from marketdata.domain.dealing import HOUSE
from marketdata.domain.quoting import inventory_change
from marketdata.selectors.house import house_account
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import BusError, Consumer, Partition, Record
from schemas.errors import CodecError
from schemas.messages import Execution, OrderCommand
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, PARTITIONS
from schemas.wire import Wire

POLL_MS = 100
MAX_RECORDS = 5_000
LOOK_BACK = 5_000
WITHIN_SECONDS = 20.0


class NotToldYet(BusError):
    """The end of the log was not reached in time: without knowing what it holds the house quotes nothing."""


def last_command(consumer: Consumer, wire: Wire) -> int:
    """The highest command id of the house near the end of `orders`: its ids go on rising even if the clock was set back."""
    own = Partition(ORDERS.name, partition_of(HOUSE, PARTITIONS))
    end = consumer.end_offsets([own])[own]
    ids = (
        message.command_id
        for message in _messages(consumer, wire, own, max(consumer.beginning_offsets([own])[own], end - LOOK_BACK), end)
        if isinstance(message, OrderCommand)
    )
    return max(ids, default=0)


def holdings(consumer: Consumer, wire: Wire) -> tuple[dict[str, int], Partition, int]:
    """What the account holds by symbol (1e-8), its partition of `executions`, and the offset up to which that is true.

    The rows of positions say it up to the offset they were written with; the log says the rest.
    """
    own = Partition(EXECUTIONS.name, partition_of(HOUSE, PARTITIONS))
    known = house_account()
    held = {symbol: one.quantity for symbol, one in known.held.items()}
    begin, end = consumer.beginning_offsets([own])[own], consumer.end_offsets([own])[own]
    start = begin if known.upto is None else max(begin, known.upto)
    for message in _messages(consumer, wire, own, start, end):
        if isinstance(message, Execution):
            held[message.symbol] = held.get(message.symbol, 0) + inventory_change(message)
    return held, own, max(start, end)


def _messages(consumer: Consumer, wire: Wire, partition: Partition, start: int, end: int) -> Iterator[Any]:
    """The house's messages of a stretch of a partition. Raises `NotToldYet` when its end is not reached in time."""
    consumer.assign({partition: start})
    deadline = time.monotonic() + WITHIN_SECONDS
    while consumer.position(partition) < end:
        if time.monotonic() > deadline:
            raise NotToldYet(f"{partition.topic}/{partition.index}: offset {end} was not reached within {WITHIN_SECONDS:.0f} s")
        for record in consumer.poll(POLL_MS, MAX_RECORDS):
            if record.key == HOUSE and record.offset < end:
                yield from _decoded(wire, record)


def _decoded(wire: Wire, record: Record) -> Iterator[Any]:
    try:
        yield wire.message(BY_NAME[record.topic], record.value)
    except CodecError:
        return  # never applied by anyone either
