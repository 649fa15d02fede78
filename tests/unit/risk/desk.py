"""A risk worker's fold in memory, with its log kept, so that tests can send commands, answer for matching, crash and recover."""

from dataclasses import replace
from itertools import count

from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.domain.instrument import Reference
from risk.fold import RiskFold
from risk.kills_ahead import KillsAhead
from schemas.enums import CommandType, ExecType
from schemas.messages import Execution, OrderCommand
from schemas.topics import EXECUTIONS, KILLS, MATCHING_REPORTS, ORDERS, ORDERS_VALIDATED
from schemas.units import ONE
from tests.unit.risk.boundary import ASK, BID, LOT, NOW, TICK, WIDE

ACCOUNTS = ("ACME-1", "ZEN-1")
SYMBOLS = ("IBM", "BAC")


class Desk:
    """One partition of risk. `say` sends a command, `report` a report of matching; everything written is kept in `log`."""

    def __init__(self, *, ready: bool = True, owns: bool = True) -> None:
        self.ahead = KillsAhead()
        self.references = {symbol: Reference(BID, ASK, NOW) for symbol in SYMBOLS}
        self.owns = owns
        self.fold = self.fresh()
        self.now = NOW
        self.orders: list[Delivery] = []
        self.reports: list[Delivery] = []
        self.steps: list[tuple[Delivery, int]] = []
        self.log: list[Execution] = []
        self.validated: list[OrderCommand] = []
        self.numbers = count(1)
        if ready:
            for symbol in SYMBOLS:
                self.instrument(symbol)
            for rule, value in WIDE.items():
                self.control(CommandType.LIMIT, scope="firm", rule=rule, value=value)

    def fresh(self) -> RiskFold:
        """An empty fold with the same quotes."""
        return RiskFold(lambda symbol: self.owns, self.references, self.ahead)

    def say(self, command: OrderCommand) -> list[Output]:
        """Hand a command to the fold as the worker does."""
        delivery = Delivery(Position(ORDERS.name, 0, len(self.orders)), command, self.now)
        outputs = self._take(delivery)
        self.orders.append(delivery)
        return outputs

    def report(self, report: Execution) -> list[Output]:
        """Hand a report of matching to the fold."""
        delivery = Delivery(Position(MATCHING_REPORTS.name, 0, len(self.reports)), report, self.now)
        outputs = self._take(delivery)
        self.reports.append(delivery)
        return outputs

    def _take(self, delivery: Delivery) -> list[Output]:
        outputs = self.fold.handle(delivery, self.now)
        self.steps.append((delivery, self.now))
        self.log += [output.message for output in outputs if output.topic == EXECUTIONS.name]
        self.validated += [output.message for output in outputs if output.topic == ORDERS_VALIDATED.name]
        self.now += 10
        return outputs

    def command(self, kind: CommandType, **more) -> OrderCommand:
        """A command with the next number."""
        defaults = {"id": "", "account": "ACME-1", "symbol": "", "command_id": next(self.numbers), "time": self.now}
        return OrderCommand(kind, **(defaults | more))

    def new(self, order_id: str = "O1", **more) -> list[Execution]:
        """Enter a limit order that passes, unless told otherwise."""
        terms = {"side": "buy", "type": "limit", "tif": "day", "quantity": 10 * ONE, "price": BID, "symbol": "IBM"}
        return self.told(self.command(CommandType.NEW, id=order_id, **(terms | more)))

    def cancel(self, order_id: str = "O1", **more) -> list[Execution]:
        """Ask to cancel."""
        return self.told(self.command(CommandType.CANCEL, id=order_id, **({"symbol": "IBM"} | more)))

    def replace(self, order_id: str = "O1", **more) -> list[Execution]:
        """Ask to replace."""
        return self.told(self.command(CommandType.REPLACE, id=order_id, **({"symbol": "IBM"} | more)))

    def control(self, kind: CommandType, **more) -> list[Execution]:
        """Set a limit or kill."""
        return self.told(self.command(kind, **({"account": "*"} | more)))

    def setting(self, scope: str, key: str, **more) -> list[Execution]:
        """Set something."""
        return self.control(CommandType.SETTING, scope=scope, key=key, **more)

    def kill(self, on: bool = True, account: str | None = None) -> list[OrderCommand]:
        """Set or release a kill of the firm or an account: the cancels it sends."""
        return self.stop("account" if account else "firm", account, value=int(on), reason="drill" if on else None)

    def stop(self, scope: str, key: str | None, **more) -> list[OrderCommand]:
        """Set a kill: the cancels it sends to matching. Nobody is told of an order before it is gone."""
        command = self.command(CommandType.KILL, **({"account": "*", "scope": scope, "key": key, "value": 1, "reason": "drill"} | more))
        outputs = self.say(command)
        assert all(output.topic == ORDERS_VALIDATED.name for output in outputs)
        return [output.message for output in outputs]

    def tell_ahead(self, kill: OrderCommand) -> None:
        """Let the worker hear of a kill before it is its turn in the log."""
        self.ahead.observe([Delivery(Position(KILLS.name, 0, len(self.ahead)), kill, self.now)])

    def instrument(self, symbol: str, *, tradable: int = 1) -> list[Execution]:
        """Publish an instrument."""
        numbers = {"tick": TICK, "lot": LOT, "max_quantity": 10_000_000 * ONE, "tradable": tradable}
        return self.control(CommandType.INSTRUMENT, symbol=symbol, attributes=numbers)

    def told(self, command: OrderCommand) -> list[Execution]:
        """What `executions` gets for a command."""
        return [output.message for output in self.say(command) if output.topic == EXECUTIONS.name]

    def recovered(self, *, snapshot: object = None, orders: int = 0, log: int = 0) -> RiskFold:
        """A new fold after a crash: a snapshot taken when so many commands and records had been seen, then the rest of both logs."""
        fold = self.fresh()
        if snapshot is not None:
            fold.restore(snapshot)
        for delivery in self.orders[orders:]:
            fold.recover(delivery)
        for offset, execution in enumerate(self.log[log:], start=log):
            fold.recover(Delivery(Position(EXECUTIONS.name, 0, offset), execution, execution.time))
        return fold


def answer(desk: Desk, kind: ExecType, asked: Execution, **more) -> Execution:
    """What matching says about an order as it stood in `asked`; returns the numbered record."""
    closed = kind in (ExecType.CANCELED, ExecType.REJECTED, ExecType.EXPIRED)
    report = replace(asked, id=f"M{len(desk.reports)}", seq=0, type=kind, requested_quantity=None, requested_price=None)
    report = replace(report, **({"leaves_quantity": 0} if closed else {}) | more)
    desk.report(report)
    return desk.log[-1]
