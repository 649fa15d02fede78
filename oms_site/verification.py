"""Rebuilds every fold from the logs and compares it with what the running system holds.

Books and exposures: from the first record up to each kept snapshot's offsets, and from the newest snapshot plus the tail, by hash.
Decisions of risk: each made again on what the log tells.
Trades: those printed against a replay of the commands, and their rows against those printed.
Ledger: entries, fees and balances by the functions that made them: what was edited, posted twice or not at all.
Orders and positions: a recount that shares no code with the projections, against the rows as they stood at the projection's offsets.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from matching import verify as matching_verify
from matching.models import Trade
from oms_site.infra.bus import snapshots
from oms_site.infra.bus.connection import bus, decode_record
from oms_site.infra.bus.dead_letters import skipped
from oms_site.infra.bus.models import ConsumedOffset, WorkerSnapshot
from oms_site.infra.bus.ports import Consumer, Partition
from oms_site.infra.bus.processor import Delivery, PartitionFold, Position, TransformSpec
from orders.models import Order
from reporting import services as reporting_services
from reporting.domain.recount import OrderCount
from reporting.models import Position as PositionRow
from risk.replay import decisions_repeat
from schemas.messages import Execution
from schemas.messages import Trade as TradeRecord
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS, ORDERS_VALIDATED, TRADES
from schemas.units import NOTIONAL_SCALE, from_units

_POLL = 5_000
PROJECTION = "core"
"""The worker whose rows are compared."""
RISK = "risk"
"""The worker whose decisions are repeated."""


@dataclass
class Finding:
    """What one comparison said: `differences` is empty when everything is equal."""

    subject: str
    compared: int
    differences: list[str] = field(default_factory=list)


def deliveries(topic: str, partition: int, start: int, end: int, *, reader: str) -> Iterator[Delivery]:
    """The committed records of one partition from `start` up to `end` (exclusive), decoded, without what worker `reader` put aside."""
    where = Partition(topic, partition)
    left_out = skipped(bus(), reader, where)
    consumer = bus().consumer(None, client_id="verify")
    try:
        consumer.assign({where: start})
        yield from _until(consumer, where, end, left_out)
    finally:
        consumer.close()


def _until(consumer: Consumer, where: Partition, end: int, left_out: frozenset[int]) -> Iterator[Delivery]:
    described = BY_NAME[where.topic]
    while consumer.position(where) < end:
        for record in consumer.poll(500, _POLL):
            if record.offset >= end:
                return
            if record.offset in left_out:
                continue
            message = decode_record(described, record.value)
            yield Delivery(Position(record.topic, record.partition, record.offset), message, record.timestamp)


def ends(topics: tuple[str, ...], partition: int) -> dict[str, int]:
    """The present end of one partition of each topic."""
    consumer = bus().consumer(None, client_id="verify")
    try:
        found = consumer.end_offsets([Partition(topic, partition) for topic in topics])
    finally:
        consumer.close()
    return {where.topic: offset for where, offset in found.items()}


def rebuilt(spec: TransformSpec, partition: int, upto: Mapping[str, int], start: snapshots.Snapshot | None = None) -> PartitionFold:
    """The fold of one partition, from the first record or from a snapshot, up to the given offsets."""
    fold = spec.fold(partition)
    if start is not None:
        fold.restore(start.state)
    for topic in (*spec.recover_inputs, *spec.recover_outputs):
        first = 0 if start is None else start.offsets.get(topic, 0)
        for delivery in deliveries(topic, partition, first, upto[topic], reader=spec.name):
            fold.recover(delivery)
    return fold


def verify_transform(spec: TransformSpec, partition: int) -> Finding:
    """Genesis against every kept snapshot, and genesis against the newest snapshot and the tail."""
    finding = Finding(f"{spec.name}[{partition}]", 0)
    kept = list(snapshots.usable(worker=spec.name, partition=partition, format_version=spec.fold(partition).format_version))
    for snapshot in kept:
        again = snapshots.state_hash(rebuilt(spec, partition, snapshot.offsets).dump())
        finding.compared += 1
        if again != snapshot.state_hash:
            finding.differences.append(f"the snapshot at {snapshot.offsets} differs from the log up to there")
    if kept:
        upto = dict(kept[0].offsets) | ends(spec.recover_outputs + spec.recover_inputs, partition)
        genesis, tail = rebuilt(spec, partition, upto), rebuilt(spec, partition, upto, kept[0])
        finding.compared += 1
        if snapshots.state_hash(genesis.dump()) != snapshots.state_hash(tail.dump()):
            finding.differences.append(f"snapshot and tail differ from the whole log at {upto}")
    return finding


def verify_decisions(partition: int) -> Finding:
    """Every decision of risk in one partition made again, against what its record says."""
    finding = Finding(f"decisions[{partition}]", 0)
    upto = ends((EXECUTIONS.name,), partition) | ends((ORDERS.name,), partition)  # in this order: an answer comes after its command
    orders = deliveries(ORDERS.name, partition, 0, upto[ORDERS.name], reader=RISK)
    answers = deliveries(EXECUTIONS.name, partition, 0, upto[EXECUTIONS.name], reader="")
    executions = (delivery.message for delivery in answers if isinstance(delivery.message, Execution))
    try:
        for repeated in decisions_repeat(partition, orders, executions):
            finding.compared += 1
            if repeated.differs:
                finding.differences.append(repeated.words)
    except LookupError as error:
        finding.differences.append(str(error))
    return finding


def verify_ledger() -> Finding:
    """Entries, fees, balances and positions made anew from the log up to the projection's offsets, against one moment of the tables."""
    done = reporting_services.books_compare()
    return Finding("ledger, fees, balances", done.entries, done.differences)


def verify_trades() -> list[Finding]:
    """Trades printed against a replay of the commands, and their rows against those printed up to the projection's offsets."""
    followed = Finding("trades printed", 0)
    for partition in range(TRADES.partitions):
        end = ends((ORDERS_VALIDATED.name,), partition)
        commands = deliveries(ORDERS_VALIDATED.name, partition, 0, end[ORDERS_VALIDATED.name], reader="matching")
        replayed = list(matching_verify.replayed_trades(partition, commands))
        printed = _trades(partition, ends((TRADES.name,), partition)[TRADES.name])
        final = ends((ORDERS_VALIDATED.name,), partition) == end
        compared, differences = matching_verify.printed_differences(replayed, printed, final=final)
        followed.compared += compared
        followed.differences += differences
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        offsets = dict(ConsumedOffset.objects.filter(group=PROJECTION, topic=TRADES.name).values_list("partition", "offset"))
        rows = list(Trade.objects.all())
    projected = [trade for partition, offset in sorted(offsets.items()) for trade in _trades(partition, offset)]
    return [followed, Finding("trades", *matching_verify.row_differences(projected, rows))]


def _trades(partition: int, end: int) -> list[TradeRecord]:
    found = (delivery.message for delivery in deliveries(TRADES.name, partition, 0, end, reader=PROJECTION))
    return [trade for trade in found if isinstance(trade, TradeRecord)]


def verify_rows() -> list[Finding]:
    """Order and position rows against a recount of `executions` up to the projection's offsets."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        offsets = dict(ConsumedOffset.objects.filter(group=PROJECTION, topic=EXECUTIONS.name).values_list("partition", "offset"))
        order_rows = {row["id"]: row for row in Order.objects.filter(event_count__gt=0).values(*_ORDER_COLUMNS)}
        position_rows = {(row.account_id, row.symbol_id): row for row in PositionRow.objects.all()}
    orders, positions, findings = _recount(offsets)
    return [*findings, _compare_orders(orders, order_rows), _compare_positions(positions, position_rows)]


_ORDER_COLUMNS = ("id", "event_count", "cum_quantity", "leaves_quantity", "cum_notional", "quantity")


def _recount(offsets: Mapping[int, int]) -> tuple[dict[str, OrderCount], dict[tuple[str, str], int], list[Finding]]:
    orders: dict[str, OrderCount] = defaultdict(OrderCount)
    positions: dict[tuple[str, str], int] = defaultdict(int)
    last: dict[str, int] = defaultdict(int)
    sequences = Finding("sequence of each account in executions", 0)
    for partition, offset in sorted(offsets.items()):
        for delivery in deliveries(EXECUTIONS.name, partition, 0, offset, reader=PROJECTION):
            step: Any = delivery.message
            if step.seq != last[step.account] + 1:
                sequences.differences.append(f"{step.account}: {step.seq} after {last[step.account]}")
            last[step.account] = step.seq
            sequences.compared += 1
            positions[step.account, step.symbol] += orders[step.order_id].take(step)
    return orders, positions, [sequences]


def _compare_orders(orders: Mapping[str, OrderCount], rows: Mapping[str, Mapping[str, Any]]) -> Finding:
    finding = Finding("orders", len(orders))
    for order_id in sorted(orders.keys() | rows.keys()):
        counted, row = orders.get(order_id), rows.get(order_id)
        if counted is None or row is None:
            finding.differences.append(f"{order_id}: only in {'the rows' if counted is None else 'the log'}")
            continue
        expected = {
            "event_count": counted.steps,
            "cum_quantity": from_units(counted.cum),
            "leaves_quantity": from_units(counted.leaves),
            "quantity": from_units(counted.quantity),
            "cum_notional": from_units(counted.notional, NOTIONAL_SCALE),
        }
        finding.differences += [f"{order_id}: {name} {row[name]}, log {value}" for name, value in expected.items() if row[name] != value]
    return finding


def _compare_positions(positions: Mapping[tuple[str, str], int], rows: Mapping[tuple[str, str], PositionRow]) -> Finding:
    finding = Finding("positions", len(positions))
    for key in sorted(positions.keys() | rows.keys()):
        counted = from_units(positions.get(key, 0))
        stored = rows[key].quantity if key in rows else Decimal(0)
        if counted != stored:
            finding.differences.append(f"{key[0]} {key[1]}: {stored}, log {counted}")
    return finding


def partitions_with_snapshots(worker: str) -> list[int]:
    """Partitions a worker has snapshots of."""
    return sorted(set(WorkerSnapshot.objects.filter(worker=worker).values_list("partition", flat=True)))
