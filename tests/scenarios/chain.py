"""Risk and matching, chained in memory by the topics' records as they travel: encoded and decoded at every hop."""

from collections import deque
from dataclasses import replace

from matching.handlers import SPEC as MATCHING
from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.domain.checks import Reference
from risk.fold import RiskFold
from risk.handlers import SPEC as RISK
from schemas import codec
from schemas.messages import Execution, Message, OrderCommand, Trade
from schemas.topics import BY_NAME, EXECUTIONS, MATCHING_REPORTS, ORDERS, ORDERS_VALIDATED, TRADES


class Chain:
    """One partition of everything. `log` is the topic `executions`; while `held`, nothing of `orders.validated` is taken."""

    def __init__(self) -> None:
        self.references: dict[str, Reference] = {}
        self.risk = RiskFold(lambda symbol: True, self.references)
        self.matching = MatchingFold(0)
        self.held = False
        self.log: list[Execution] = []
        self.trades: list[Trade] = []
        self.dead: list[Message] = []
        self._workers = (
            (ORDERS.name, self.risk, RISK.refusals),
            (ORDERS_VALIDATED.name, self.matching, MATCHING.refusals),
            (MATCHING_REPORTS.name, self.risk, RISK.refusals),
        )
        self._waiting: dict[str, deque[Message]] = {name: deque() for name in (ORDERS.name, ORDERS_VALIDATED.name, MATCHING_REPORTS.name)}
        self._offsets = dict.fromkeys(self._waiting, 0)
        self._now = 0

    def quote(self, symbol: str, bid: int, ask: int, now: int) -> None:
        """A good quote from outside, as risk sees it."""
        self.references[symbol] = Reference(bid, ask, now)

    def send(self, command: OrderCommand) -> None:
        """A record on `orders`, and whatever follows from it everywhere."""
        self._now = max(self._now + 1, command.time)
        self._waiting[ORDERS.name].append(_travelled(ORDERS.name, command))
        self.settle()

    def settle(self) -> None:
        """Everything under way arrives, but for what is held."""
        while any(queue for name, queue in self._waiting.items() if not (self.held and name == ORDERS_VALIDATED.name)):
            for name, fold, refusals in self._workers:
                if self._waiting[name] and not (self.held and name == ORDERS_VALIDATED.name):
                    delivery = Delivery(Position(name, 0, self._offsets[name]), self._waiting[name].popleft(), self._now)
                    self._offsets[name] += 1
                    self._handle(fold, refusals, delivery)

    def _handle(self, fold: RiskFold | MatchingFold, refusals: tuple[type[Exception], ...], delivery: Delivery) -> None:
        """What a worker does with a record: what it refuses goes to the dead letters."""
        try:
            outputs = fold.handle(delivery, self._now)
        except refusals:
            self.dead.append(delivery.message)
        else:
            self._take(outputs)

    def refuse(self, kind: str, reason: str) -> None:
        """Answer the oldest command that is held as a market would that refuses it; this one never does."""
        command = self._waiting[ORDERS_VALIDATED.name].popleft()
        last = next(record for record in reversed(self.log) if record.order_id == command.id)
        report = replace(last, id=f"M{last.id[1:]}", seq=0, type=kind, reason=reason)
        self._waiting[MATCHING_REPORTS.name].append(_travelled(MATCHING_REPORTS.name, report))
        self.settle()

    def _take(self, outputs: list[Output]) -> None:
        for output in outputs:
            message = _travelled(output.topic, output.message)
            if output.topic == EXECUTIONS.name:
                self.log.append(message)
            elif output.topic == TRADES.name:
                self.trades.append(message)
            elif output.topic in self._waiting:
                self._waiting[output.topic].append(message)


def _travelled(topic: str, message: Message) -> Message:
    return codec.decode(BY_NAME[topic].record, codec.encode(message))
