"""Risk, matching and the liquidity provider on one log in memory: whole commands, no threads, a clock that is set by hand."""

from marketdata.domain.dealing import HOUSE
from marketdata.liquidity import COUNTS, Session
from marketdata.models import DepthSnapshot
from matching.handlers import MatchingFold
from oms_site.infra.bus.memory import MemoryBroker, MemoryBus
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import Outgoing, Partition
from oms_site.infra.bus.processor import Delivery, Position
from risk.handlers import risk_spec
from schemas import codec
from schemas.enums import CommandType, ExecType, Side
from schemas.messages import OrderCommand
from schemas.topics import BY_NAME, PARTITIONS, TOPICS
from schemas.units import ONE
from tests.integration.marketdata.conftest import NOW

LIMITS = {
    "max_quantity": 1_000_000,
    "max_notional": 200_000_000,
    "max_quote_age": 60,
    "static_band": 500,
    "price_band": 20,
    "fat_finger": 20,
    "message_rate": 10_000,
    "max_open_orders": 200_000,
    "max_open_notional": 50_000_000_000,
    "max_position": 10_000_000,
    "max_daily_loss": 10_000_000_000,
    "max_daily_notional": 90_000_000_000,
    "auction_collar": 500,
    "stop_distance": 500,
}
START = 1_760_000_000_000_000


class PlainWire:
    """Bodies under one fixed id: the codec without a registry."""

    def value(self, topic, message):
        return codec.frame(7, codec.encode(message))

    def message(self, topic, value):
        return codec.decode(topic.record, codec.unframe(value)[1])


class House:
    """The log, its folds, one liquidity provider."""

    def __init__(self, symbols):
        self.now = START
        self.broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, clock=lambda: self.now)
        self.bus, self.wire = MemoryBus(self.broker), PlainWire()
        self.risk_spec = risk_spec()
        self.risk = [self.risk_spec.fold(index) for index in range(PARTITIONS)]
        self.matching = [MatchingFold(index) for index in range(PARTITIONS)]
        self.read = {}
        self.commands = 0
        self.counts = dict.fromkeys(COUNTS, 0)
        self.producer = self.bus.producer(client_id="test")
        for rule, value in LIMITS.items():
            self.control(command="limit", scope="firm", rule=rule, value=value * ONE)
        for symbol, attributes in symbols.items():
            self.control(command="instrument", symbol=symbol, attributes=attributes)
        self.start()
        self.work()

    def start(self):
        """A new life of the liquidity provider."""
        self.session = Session(self.bus, self.wire, self.counts, self.tick)

    def tick(self):
        """Time goes on with every look at the clock."""
        self.now += 10
        return self.now

    def control(self, **fields):
        """A control on every partition."""
        self.commands += 1
        command = OrderCommand(**{"id": "", "account": "*", "symbol": "", "time": self.now, "command_id": self.commands} | fields)
        for partition in range(PARTITIONS):
            self._send("orders", [command], partition)
        if command.command == CommandType.INSTRUMENT.value:
            self._book_told(command.symbol)

    def _book_told(self, symbol):
        """What the projection of the market makes of the whole book that matching tells then."""
        begin = {"seq": 1, "bids": [], "asks": [], "partition": 0, "replay_from": 0, "book_seq": 0, "updated_at": NOW}
        DepthSnapshot.objects.get_or_create(symbol=symbol, defaults=begin)

    def order(self, order_id, side, price, *, lots=100, account="ACME-1", symbol="IBM"):
        """A customer's limit order."""
        self.commands += 1
        command = OrderCommand("new", self.commands, order_id, account, symbol, self.now, side, "limit", "gtc", lots * ONE, price)
        self._send("orders", [command])
        self.work()

    def quotes(self, *rows):
        """Rows of the market."""
        self._send("quotes", rows)

    def kill(self, account, on=True):
        """A kill of an account, or its release."""
        self.control(command="kill", scope="account", key=account, value=int(on), reason="test")
        self.work()

    def pass_time(self, microseconds=1_000_000):
        """Time goes on; the provider looks, and everything that follows happens."""
        self.now += microseconds
        self.settle()

    def settle(self):
        """Until nothing follows any more."""
        before = None
        while before != (before := self._ends()):
            self.session.step()
            self.work()

    def work(self):
        """Risk and matching until their inputs are empty."""
        for delivery in self._new("quotes"):
            self.risk_spec.observe([delivery])
        while any(
            [self._fold("orders", self.risk), self._fold("orders.validated", self.matching), self._fold("matching.reports", self.risk)]
        ):
            pass

    def executions(self, account=HOUSE, order_id=None):
        """The life-cycle log of an account, or of one order."""
        found = [self.wire.message(BY_NAME["executions"], record.value) for record in self._all("executions") if record.key == account]
        return [execution for execution in found if order_id in (None, execution.order_id)]

    def fills(self, order_id, account="ACME-1"):
        """An order's fills."""
        return [execution for execution in self.executions(account, order_id) if execution.type == ExecType.TRADE.value]

    def resting(self, symbol="IBM"):
        """([bids], [asks]) of the house in a symbol's book, as matching has it."""
        engine = self.matching[partition_of(symbol, PARTITIONS)].engine
        mine = [order for order in engine.orders.values() if order.account == HOUSE and order.symbol == symbol]
        return tuple(sorted(order.price for order in mine if order.side == side.value) for side in (Side.BUY, Side.SELL))

    def house_commands(self, *kinds):
        """Commands of the provider, of some kinds."""
        wanted = {CommandType(kind).value for kind in kinds}
        found = [self.wire.message(BY_NAME["orders"], record.value) for record in self._all("orders") if record.key == HOUSE]
        return [command for command in found if not wanted or command.command in wanted]

    def _ends(self):
        return {partition: log.end for partition, log in self.broker.logs.items()}

    def _all(self, topic):
        return [record for index in range(PARTITIONS) for record in self.broker.logs[Partition(topic, index)].records]

    def _new(self, topic):
        found = []
        for index in range(PARTITIONS):
            log = self.broker.logs[Partition(topic, index)]
            for record in log.records[self.read.get((topic, index), 0) :]:
                message = self.wire.message(BY_NAME[topic], record.value)
                found.append(Delivery(Position(topic, index, record.offset), message, record.timestamp))
            self.read[topic, index] = log.end
        return found

    def _fold(self, topic, folds):
        deliveries = self._new(topic)
        for delivery in deliveries:
            for output in folds[delivery.position.partition].handle(delivery, self.now):
                self._send(output.topic, [output.message])
        return len(deliveries)

    def _send(self, topic, messages, partition=None):
        key = BY_NAME[topic].key
        self.producer.send(
            [
                Outgoing(topic, getattr(message, key) if partition is None else "*", self.wire.value(BY_NAME[topic], message), partition)
                for message in messages
            ]
        )
