"""The risk worker's loop on a log in memory, with matching beside it: crashes lose nothing, poison goes aside."""

from dataclasses import replace
from operator import attrgetter

import pytest

from matching.handlers import SPEC as MATCHING
from oms_site.infra.bus.dead_letters import Budget
from oms_site.infra.bus.memory import MemoryBroker, MemoryBus
from oms_site.infra.bus.ports import Outgoing, Partition
from oms_site.infra.bus.processor import Control
from oms_site.infra.bus.transform import TransformSession
from risk.handlers import risk_spec
from risk.models import AccountExposure
from schemas import codec
from schemas.enums import CommandType, ExecType
from schemas.messages import Conditions, Execution, OrderCommand, Quote
from schemas.topics import BY_NAME, PARTITIONS, TOPICS
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, NOW, TICK, WIDE

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = [f"ACC-{number}" for number in range(8)]


class PlainWire:
    """Bodies under one fixed id: the codec without a registry."""

    def key(self, topic, message) -> str:
        return attrgetter(topic.key)(message)

    def value(self, topic, message) -> bytes:
        return codec.frame(7, codec.encode(message))

    def message(self, topic, value):
        return codec.decode(topic.record, codec.unframe(value)[1])


class Floor:
    """The log and one worker of each kind, which can be thrown away and started again at any moment."""

    def __init__(self) -> None:
        self.now = NOW
        topics = {topic.name: topic.partitions for topic in TOPICS} | {topic.dead_letters: topic.partitions for topic in TOPICS}
        self.broker = MemoryBroker(topics, clock=lambda: self.now)
        self.bus, self.wire = MemoryBus(self.broker), PlainWire()
        self.producer = self.bus.producer(client_id="test")
        self.commands = 0
        self.workers: dict[str, TransformSession] = {}
        for spec in (risk_spec(), MATCHING):
            self.start(spec)
        self.send("quotes", Quote("IBM", BID, ASK, None, None, None, None, "Q", self.now))
        numbers = {"tick": TICK, "lot": ONE, "max_quantity": 10**6 * ONE, "tradable": 1}
        self.control(CommandType.INSTRUMENT, symbol="IBM", attributes=numbers)
        for rule, value in WIDE.items():
            self.control(CommandType.LIMIT, scope="firm", rule=rule, value=value)

    def start(self, spec) -> None:
        """A new life of a worker; the one before it dies without a word, and the group notices."""
        if spec.name in self.workers:
            self.broker.evict(self.workers[spec.name]._consumer)
        control = Control(stop_reason=lambda: None, paused=lambda: False, report=lambda state, counts: None)
        session = TransformSession(self.bus, self.wire, spec, control, slot=0, budget=Budget(spec.name), clock=lambda: self.now)
        self.workers[spec.name] = session

    def send(self, topic: str, message, partition: int | None = None) -> None:
        """Write one record."""
        key = self.wire.key(BY_NAME[topic], message)
        self.producer.send([Outgoing(topic, key, self.wire.value(BY_NAME[topic], message), partition)])

    def control(self, kind: CommandType, **more) -> None:
        """Write a control to every partition."""
        self.commands += 1
        command = OrderCommand(kind, self.commands, "", "*", more.pop("symbol", ""), self.now, **more)
        for partition in range(PARTITIONS):
            self.send("orders", command, partition)

    def order(self, order_id: str, account: str, **more) -> None:
        """Write a new order that passes and rests, unless told otherwise."""
        self.commands += 1
        terms = {"side": "buy", "type": "limit", "tif": "day", "quantity": ONE, "price": BID} | more
        self.send("orders", OrderCommand(CommandType.NEW, self.commands, order_id, account, "IBM", self.now, **terms))

    def command(self, kind: CommandType, account: str, **more) -> None:
        """Write another command about IBM."""
        self.commands += 1
        self.send("orders", OrderCommand(kind, self.commands, more.pop("order_id", ""), account, "IBM", self.now, **more))

    def work(self, steps: int = 12) -> None:
        """Let every worker poll some times."""
        for _ in range(steps):
            for session in list(self.workers.values()):
                session.step()
            self.now += 1_000

    def read(self, topic: str) -> list:
        """Every committed message of a topic, partition by partition."""
        consumer = self.bus.consumer(None, client_id="reader")
        ends = consumer.end_offsets(consumer.partitions(topic))
        consumer.assign(dict.fromkeys(ends, 0))
        records = []
        while any(consumer.position(where) < end for where, end in ends.items()):
            records += consumer.poll(0, 10_000)
        return [self.wire.message(BY_NAME[topic], record.value) for record in records]

    def executions(self) -> dict[str, list[Execution]]:
        """Records by account, in the log's order."""
        found: dict[str, list[Execution]] = {}
        for record in self.read("executions"):
            found.setdefault(record.account, []).append(record)
        return found


def test_every_order_is_answered_once_though_the_worker_dies_again_and_again() -> None:
    floor = Floor()
    floor.work()
    for number in range(60):
        floor.order(f"O{number}", ACCOUNTS[number % len(ACCOUNTS)])
        if number % 7 == 0:
            floor.work(2)
        if number % 15 == 0:
            floor.start(risk_spec())
    floor.work(30)
    logs = floor.executions()
    assert sorted(logs) == ACCOUNTS
    for records in logs.values():
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
    kinds = [record.type for records in logs.values() for record in records]
    assert kinds.count(ExecType.PENDING_NEW) == kinds.count(ExecType.NEW) == 60
    assert len(kinds) == 120


def test_an_instrument_reaches_matching_once_whatever_partition_its_symbol_has() -> None:
    floor = Floor()
    floor.work()
    passed = [command for command in floor.read("orders.validated") if command.command == CommandType.INSTRUMENT]
    assert [command.symbol for command in passed] == ["IBM"]


def test_a_phase_reaches_matching_once_whatever_partition_its_symbol_has() -> None:
    floor = Floor()
    floor.work()
    floor.control(CommandType.PHASE, symbol="IBM", phase="halted", trade_date="2026-11-24", reason="drill")
    floor.order("O1", "ACC-0")
    floor.work()
    passed = [command for command in floor.read("orders.validated") if command.command == CommandType.PHASE]
    assert [(command.symbol, command.phase, command.trade_date) for command in passed] == [("IBM", "halted", "2026-11-24")]
    assert floor.read("book")[-1].phase == "halted"
    assert floor.executions()["ACC-0"][-1].reason == "phase_refuses"


def test_a_parked_stop_lives_through_restarts_moves_and_is_canceled_by_its_trader() -> None:
    floor = Floor()
    floor.work()
    asks = Conditions(stop_price=ASK + 5 * TICK, self_trade_prevention="cancel_oldest", self_trade_group="FAMILY")
    floor.order("O1", "ACC-0", type="stop", price=None, conditions=asks, trade_date="2026-11-24", user="ann")
    floor.work()
    floor.start(risk_spec())
    floor.command(CommandType.REPLACE, "ACC-0", order_id="O1", conditions=Conditions(stop_price=ASK + 6 * TICK))
    floor.work()
    floor.start(risk_spec())
    floor.command(CommandType.MASS_CANCEL, "ACC-0", trader="bob")
    floor.command(CommandType.MASS_CANCEL, "ACC-0", trader="ann")
    floor.work()
    records = floor.executions()["ACC-0"]
    kinds = [ExecType.PENDING_NEW, ExecType.NEW, ExecType.PENDING_REPLACE, ExecType.REPLACED, ExecType.PENDING_CANCEL, ExecType.CANCELED]
    assert [record.type for record in records] == kinds
    assert (records[0].conditions, records[0].trade_date, records[0].trader) == (asks, "2026-11-24", "ann")
    assert records[2].requested_stop_price == ASK + 6 * TICK
    assert records[3].conditions == replace(asks, stop_price=ASK + 6 * TICK)
    floor.workers["risk"]._shown_at = 0.0  # as if it were long ago
    floor.work(1)
    row = AccountExposure.objects.get()
    assert (row.open_orders, row.symbols) == (0, {})


def test_a_busted_fill_opens_its_order_again_and_shows_in_the_exposure() -> None:
    floor = Floor()
    floor.work()
    floor.order("B", "ACC-0")
    floor.order("S", "ACC-1", side="sell")
    floor.work()
    (fill,) = [record for record in floor.executions()["ACC-0"] if record.type == ExecType.TRADE]
    was = {"quantity": fill.last_quantity, "price": fill.last_price}
    floor.start(risk_spec())
    floor.command(CommandType.TRADE_CORRECT, "ACC-0", order_id="B", trade_id=fill.trade_id, attributes=was)
    floor.work()
    bust = floor.executions()["ACC-0"][-1]
    assert (bust.type, bust.original_quantity, bust.last_quantity) == (ExecType.TRADE_CANCEL, ONE, None)
    floor.workers["risk"]._shown_at = 0.0  # as if it were long ago
    floor.work(1)
    row = AccountExposure.objects.get(pk="ACC-0")
    assert (row.open_orders, row.symbols) == (1, {"IBM": {"position": "0", "open_buy": "1", "open_sell": "0"}})


def test_poison_goes_to_the_dead_letters_and_what_follows_is_answered() -> None:
    floor = Floor()
    floor.work()
    floor.commands += 1
    floor.send("orders", OrderCommand(CommandType.NEW, floor.commands, "bad", "ACC-0", "IBM", floor.now, side="buy"))
    floor.order("good", "ACC-0")
    floor.work()
    assert [record.order_id for record in floor.executions()["ACC-0"]] == ["good", "good"]
    ends = floor.bus.consumer(None, client_id="reader").end_offsets([Partition("orders.dead", index) for index in range(PARTITIONS)])
    assert sum(ends.values()) == 1
    floor.start(risk_spec())
    floor.order("again", "ACC-0")
    floor.work()
    assert [record.seq for record in floor.executions()["ACC-0"]] == [1, 2, 3, 4]


def test_a_kill_survives_a_restart_and_empties_the_book() -> None:
    floor = Floor()
    floor.work()
    for number, account in enumerate(ACCOUNTS):
        floor.order(f"O{number}", account)
    floor.work()
    floor.control(CommandType.KILL, scope="firm", value=1, reason="drill")
    floor.work(3)
    floor.start(risk_spec())
    floor.order("late", "ACC-0")
    floor.work(20)
    logs = floor.executions()
    assert all(ExecType.CANCELED in [record.type for record in records] for records in logs.values())
    assert (logs["ACC-0"][-1].type, logs["ACC-0"][-1].reason) == (ExecType.REJECTED, "risk_killed")
    assert not any(level.quantity for update in floor.read("book")[-1:] for level in update.bids)


def test_a_kill_told_ahead_stops_what_waits_in_front_of_it_before_and_after_a_restart() -> None:
    floor = Floor()
    floor.work()
    floor.order("early", "ACC-0")
    floor.work()
    for number in range(3):
        floor.order(f"waits{number}", "ACC-0")
    terms = {"scope": "firm", "value": 1, "reason": "drill"}
    floor.send("kills", OrderCommand(CommandType.KILL, floor.commands + 1, "", "*", "", floor.now, **terms))
    floor.work(3)
    floor.start(risk_spec())
    floor.order("behind", "ACC-0")
    floor.work()
    told = {record.order_id: record for record in floor.executions()["ACC-0"]}
    assert told["early"].type == ExecType.NEW, "its cancel has its turn with the kill's"
    assert {name for name, record in told.items() if record.reason == "risk_killed"} == {"waits0", "waits1", "waits2", "behind"}
    floor.control(CommandType.KILL, **terms)
    floor.work()
    assert [record.type for record in floor.executions()["ACC-0"] if record.order_id == "early"][-1] == ExecType.CANCELED


def test_a_stale_market_stops_new_orders() -> None:
    floor = Floor()
    floor.work()
    floor.now += 10_000_000
    floor.order("late", "ACC-0")
    floor.work()
    assert floor.executions()["ACC-0"][-1].reason == "price_stale"


def test_exposures_are_shown_to_people() -> None:
    floor = Floor()
    floor.work()
    floor.order("O1", "ACC-0")
    floor.work()
    floor.workers["risk"]._shown_at = 0.0  # as if it were long ago
    floor.work(1)
    assert AccountExposure.objects.get().symbols == {"IBM": {"position": "0", "open_buy": "1", "open_sell": "0"}}
