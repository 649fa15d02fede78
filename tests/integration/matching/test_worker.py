"""The matching worker in its loop, on a bus in memory with snapshots in PostgreSQL: killed, it writes what a run without a break writes."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from matching.domain import state
from matching.handlers import SPEC, MatchingFold
from oms_site.infra.bus import snapshots
from oms_site.infra.bus.dead_letters import Budget
from oms_site.infra.bus.memory import MemoryBroker, MemoryBus
from oms_site.infra.bus.models import WorkerSnapshot
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Outgoing, Partition
from oms_site.infra.bus.processor import Control, Delivery, Position, TransformSpec
from oms_site.infra.bus.topics import wanted
from oms_site.infra.bus.transform import TransformSession
from schemas import codec
from schemas.messages import Message, OrderCommand
from schemas.topics import BOOK, MATCHING_REPORTS, ORDERS_VALIDATED, PARTITIONS, TRADES, Topic
from tests.unit.matching.drawing import CENT, SHARE, instrument
from tests.unit.matching.follower import Follower

pytestmark = pytest.mark.django_db

SYMBOLS = ("IBM", "BAC", "AIG", "EURUSD")


class PlainWire:
    """Bodies under one fixed id: the codec without a registry."""

    def value(self, topic: Topic, message: Message) -> bytes:
        return codec.frame(7, codec.encode(message))

    def message(self, topic: Topic, value: bytes | None) -> Message:
        return codec.decode(topic.record, codec.unframe(value)[1])

    def key(self, topic: Topic, message: Message) -> str:
        return str(getattr(message, topic.key))


class Market:
    """A log of commands in memory and the worker over it, a step at a time."""

    def __init__(self, spec: TransformSpec = SPEC) -> None:
        self.broker = MemoryBroker({name: topic.partitions for name, topic in wanted().items()}, clock=lambda: 5_000_000)
        self.bus, self.wire, self.spec = MemoryBus(self.broker), PlainWire(), spec
        self.control = Control(lambda: None, lambda: False, lambda state, counts: None)
        self.session: TransformSession | None = None
        self.send([instrument(symbol) for symbol in SYMBOLS])

    def send(self, commands: list[OrderCommand]) -> None:
        records = [Outgoing(ORDERS_VALIDATED.name, command.symbol, self.wire.value(ORDERS_VALIDATED, command)) for command in commands]
        self.bus.producer(client_id="test").send(records)

    def start(self) -> None:
        """A new life; a session before it is left as a kill leaves it."""
        self.session = TransformSession(self.bus, self.wire, self.spec, self.control, slot=0, budget=Budget("matching"))

    def kill(self) -> None:
        """End of the process: the broker notices, nothing is saved."""
        self.broker.evict(self.session._consumer)
        self.start()

    def work(self) -> None:
        """Step until everything sent is answered."""
        if self.session is None:
            self.start()
        for _ in range(200):
            self.session.step()
            if self._done():
                return
        raise AssertionError("the worker does not come to its end")

    def _done(self) -> bool:
        offsets = self.broker.group("matching").offsets
        ends = {part: log.end for part, log in self.broker.logs.items() if part.topic == ORDERS_VALIDATED.name and log.end}
        return all(offsets.get(part, 0) == end for part, end in ends.items())

    def topic(self, topic: Topic, partition: int) -> list[Message]:
        return [self.wire.message(topic, record.value) for record in self.broker.logs[Partition(topic.name, partition)].records]

    def commands(self, partition: int) -> list[Delivery]:
        records = self.broker.logs[Partition(ORDERS_VALIDATED.name, partition)].records
        return [
            Delivery(
                Position(record.topic, record.partition, record.offset), self.wire.message(ORDERS_VALIDATED, record.value), record.timestamp
            )
            for record in records
        ]


def flow(count: int, seed: int) -> Iterator[OrderCommand]:
    """Limits around one price, cancels and replaces of what was entered."""
    chance = random.Random(seed)
    for number in range(count):
        symbol = chance.choice(SYMBOLS)
        kind = chance.choice(("new", "new", "new", "cancel", "replace"))
        order = f"{symbol}-{number if kind == 'new' else chance.randint(max(0, number - 60), number)}"
        command = OrderCommand(kind, number + 1, order, f"ACC-{chance.randint(1, 5)}", symbol, 1_000_000 + number)
        if kind == "new":
            side, tif = chance.choice(("buy", "sell")), chance.choice(("day", "ioc"))
            command = replace(command, side=side, type="limit", tif=tif, client_order_id=f"c{number}")
        if kind != "cancel":
            command = replace(command, quantity=chance.randint(1, 9) * SHARE, price=chance.randint(995, 1005) * CENT)
        yield command


def expected(market: Market, partition: int) -> tuple[MatchingFold, dict[str, list[Message]]]:
    """A fold that ran without a break over the same partition, and what it wrote."""
    fold, written = MatchingFold(partition), {name: [] for name in (MATCHING_REPORTS.name, TRADES.name, BOOK.name)}
    for delivery in market.commands(partition):
        for output in fold.handle(delivery, 0):
            written[output.topic].append(output.message)
    return fold, written


@pytest.mark.parametrize("seed", range(4))
def test_killed_between_batches_it_writes_what_a_run_without_a_break_writes(seed: int) -> None:
    market = Market(replace(SPEC, snapshot_every=150))
    commands = list(flow(1_500, seed))
    for start in range(0, len(commands), 120):
        market.send(commands[start : start + 120])
        market.work()
        if (start // 120 + seed) % 2:
            market.kill()
    market.work()
    assert market.control.counts["replayed"] > 300
    reports: list[str] = []
    for partition in range(PARTITIONS):
        fold, written = expected(market, partition)
        assert market.topic(TRADES, partition) == written[TRADES.name]
        updates = [update for update in market.topic(BOOK, partition) if update.type == "update"]
        assert updates == [update for update in written[BOOK.name] if update.type == "update"]
        reports += [report.id for report in written[MATCHING_REPORTS.name]]
        live = market.session._folds[partition].fold
        assert live.state_hash() == fold.state_hash()
        followers: dict[str, Follower] = {}
        for update in market.topic(BOOK, partition):
            followers.setdefault(update.symbol, Follower()).read(update)
        assert all(follower.equals(fold.engine.books[symbol]) for symbol, follower in followers.items())
    published = [report.id for partition in range(PARTITIONS) for report in market.topic(MATCHING_REPORTS, partition)]
    assert sorted(published) == sorted(reports)
    assert WorkerSnapshot.objects.filter(worker="matching").exists()


def test_reports_go_to_the_accounts_partition_and_trades_and_books_to_the_symbols() -> None:
    market = Market()
    market.send(list(flow(300, 1)))
    market.work()
    for partition in range(PARTITIONS):
        assert {partition_of(report.account, PARTITIONS) for report in market.topic(MATCHING_REPORTS, partition)} <= {partition}
        for topic in (TRADES, BOOK):
            assert {partition_of(message.symbol, PARTITIONS) for message in market.topic(topic, partition)} <= {partition}


def test_a_command_that_is_not_for_the_engine_becomes_a_dead_letter_and_the_rest_goes_on() -> None:
    market = Market()
    market.send([OrderCommand("limit", 1, "", "*", "IBM", 1_000_000)])
    market.send(list(flow(50, 3)))
    market.work()
    letters = [log.end for part, log in market.broker.logs.items() if part.topic == ORDERS_VALIDATED.dead_letters]
    assert sum(letters) == 1
    before = {index: live.fold.state_hash() for index, live in market.session._folds.items()}
    market.kill()
    market.send(list(flow(1, 4)))
    market.work()
    assert market.control.counts["dead_letters"] == 1
    assert before.keys() == market.session._folds.keys()


def test_a_damaged_snapshot_is_refused_and_the_one_before_it_used() -> None:
    market = Market(replace(SPEC, snapshot_every=100))
    for seed in range(3):
        market.send(list(flow(400, seed)))
        market.work()
    hashes = {index: live.fold.state_hash() for index, live in market.session._folds.items()}
    for partition in hashes:
        newest = WorkerSnapshot.objects.filter(worker="matching", partition=partition).order_by("-id").first()
        if newest is not None:
            WorkerSnapshot.objects.filter(pk=newest.pk).update(payload=bytes(newest.payload)[:-3] + b"xyz")
    market.kill()
    market.session.step()
    market.work()
    market.session.step()
    assert {index: live.fold.state_hash() for index, live in market.session._folds.items()} == hashes


def test_a_kept_snapshot_has_the_hash_of_the_log_up_to_its_offsets() -> None:
    market = Market(replace(SPEC, snapshot_every=100))
    for seed in range(3):
        market.send(list(flow(400, seed)))
        market.work()
    compared = 0
    for partition in range(PARTITIONS):
        for snapshot in snapshots.usable(worker="matching", partition=partition, format_version=state.FORMAT):
            fold = MatchingFold(partition)
            for delivery in market.commands(partition)[: snapshot.offsets[ORDERS_VALIDATED.name]]:
                fold.recover(delivery)
            assert fold.state_hash() == snapshot.state_hash
            compared += 1
    assert compared >= 3
