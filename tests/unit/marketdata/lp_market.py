"""A small market for the liquidity provider's tests: its commands go straight to the matching fold, the reports come straight back."""

from collections import deque
from dataclasses import dataclass, field

from marketdata.domain.ladder import Terms
from marketdata.domain.quoting import Quoter
from marketdata.domain.slots import Intent
from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Position
from schemas.enums import CommandType, ExecType, Side
from schemas.messages import Execution, OrderCommand

HOUSE = "HOUSE-LP"
TICK = 1_000_000
LOT = 100_000_000


@dataclass
class LpMarket:
    """One symbol's book, the quoter, and everything that happened."""

    symbol: str = "IBM"
    size: int = 1_000 * LOT
    max_quantity: int = 1_000_000 * LOT
    bound: int = 1_000_000 * LOT
    levels: int = 1
    skew: int = 0
    min_spread: int = 1
    now: int = 0
    executions: list[Execution] = field(default_factory=list)

    def __post_init__(self):
        self.fold = MatchingFold(0)
        self.offset = 0
        self.sent: list[Intent] = []
        self.pending: deque[Intent] = deque()
        self.ids = 0
        terms = Terms(self.symbol, TICK, self.size, self.bound, LOT, self.levels, skew=self.skew, min_spread=self.min_spread)
        self.quoter = Quoter(terms, self.new_id)
        attributes = {"tick": TICK, "lot": LOT, "max_quantity": self.max_quantity, "tradable": 1, "version": 1}
        self.command(OrderCommand("instrument", 1, "", "", self.symbol, 0, attributes=attributes))

    def new_id(self):
        self.ids += 1
        return f"L{self.ids}"

    def command(self, command):
        """Apply a command; the executions that follow from it."""
        self.offset += 1
        outputs = self.fold.handle(Delivery(Position("orders.validated", 0, self.offset), command, self.now), self.now)
        reports = [output.message for output in outputs if output.topic == "matching.reports"]
        self.executions += reports
        self.check()
        for report in reports:
            if report.account == HOUSE:
                self.pending.extend(self.quoter.apply(report, self.now))
        return reports

    def check(self):
        """At every moment: no more orders than levels, and never open for more than the bound leaves."""
        if any(report.type == ExecType.TRADE_CANCEL.value for report in self.executions):
            return  # what a bust opens again is only then taken out
        bids, asks = self.levels_shown()
        assert self.held() + sum(quantity for _, quantity in bids) <= self.bound
        assert self.held() - sum(quantity for _, quantity in asks) >= -self.bound

    def user(self, order_id, side, price, quantity=100 * LOT):
        """A customer's resting limit order."""
        return self.command(
            OrderCommand("new", self.offset, order_id, "ACME", self.symbol, self.now, side, "limit", "gtc", quantity, price)
        )

    def settle(self):
        """Send and answer everything the quoter asks for, as the log would."""
        while intents := [*self.pending, *self.quoter.commands(self.now)]:
            self.pending.clear()
            for intent in intents:
                self.sent.append(intent)
                self.house(intent)

    def house(self, intent):
        """One command of the house."""
        new = intent.command is CommandType.NEW
        self.command(
            OrderCommand(
                intent.command.value,
                self.offset,
                intent.order_id,
                HOUSE,
                self.symbol,
                self.now,
                intent.side.value,
                "limit" if new else None,
                "gtc" if new else None,
                intent.quantity,
                intent.price,
            )
        )

    def levels_shown(self):
        """(bids, asks) of the house as the log says, from its reports alone, as (price, quantity), best first; fails beyond its levels."""
        live = {}
        for report in self.executions:
            if report.account == HOUSE:
                live[report.order_id] = report
        opened = [r for r in live.values() if r.leaves_quantity and r.type not in (ExecType.CANCELED.value, ExecType.REJECTED.value)]
        bids = sorted(((r.price, r.leaves_quantity) for r in opened if r.side == Side.BUY.value), reverse=True)
        asks = sorted((r.price, r.leaves_quantity) for r in opened if r.side == Side.SELL.value)
        assert len(bids) <= self.levels
        assert len(asks) <= self.levels
        return bids, asks

    def resting(self):
        """(best bid, best ask) of the house, None without one."""
        return tuple(side[0][0] if side else None for side in self.levels_shown())

    def held(self):
        """What the house holds, from the trades the log tells."""
        fills = [r for r in self.executions if r.account == HOUSE and r.type == ExecType.TRADE.value]
        return sum(r.last_quantity if r.side == Side.BUY.value else -r.last_quantity for r in fills)

    def fills(self, order_id):
        """The fills of an order."""
        return [r for r in self.executions if r.order_id == order_id and r.type == ExecType.TRADE.value]
