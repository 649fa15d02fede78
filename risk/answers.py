"""How risk answers one command: records for `executions`, numbered and applied as they are made, and commands passed on to matching."""

from collections.abc import Callable, Sequence

from oms_site.infra import metrics
from oms_site.infra.bus.processor import Output, Position
from oms_site.infra.tally import CountTally, StageTally
from risk.decision_text import decision_text
from risk.domain.decide import FREE, Decision, stop_asked
from risk.domain.exposure import OWN_PREFIX, AccountState
from risk.domain.open_order import OpenOrder, Terms
from risk.domain.reducing import Cut
from schemas.enums import GOOD_TILL, SPARE_GOOD_TILL, CommandType, ExecType, OrderType, Reason, Side, TimeInForce
from schemas.ids import base32, log_id
from schemas.messages import Conditions, Execution, OrderCommand
from schemas.topics import EXECUTIONS, ORDERS_VALIDATED

_PASSED = CountTally(metrics.RISK_DECISIONS.labels("passed", ""))
_NOTHING = Terms(0, None)
_STAGE = StageTally(metrics.ORDER_STAGE_SECONDS.labels("risk"))


class Answer:
    """The answer to one command so far. `outputs` may be shared by the accounts one control concerns."""

    __slots__ = ("_apply", "_now", "_stem", "account", "command", "outputs")

    def __init__(
        self,
        apply: Callable[[AccountState, Execution], None],
        account: AccountState,
        command: OrderCommand,
        *,
        position: Position,
        now: int,
        outputs: list[Output] | None = None,
    ) -> None:
        self._apply = apply
        self._stem = log_id(OWN_PREFIX, command.time, position.partition, position.offset, 0)[:-1]
        self._now = now
        self.account = account
        self.command = command
        self.outputs: list[Output] = [] if outputs is None else outputs

    @property
    def now(self) -> int:
        """The moment of the decision, microseconds."""
        return self._now

    def emit(
        self,
        kind: ExecType,
        order: OpenOrder,
        code: str,
        *,
        reason: str | None = None,
        decision: Decision = FREE,
        requested: Terms = _NOTHING,
    ) -> None:
        """Write one record about an order of account `code`: its terms as they stand, with a refusal or the terms asked for.

        `client_order_id` is the name of the request where it has one, else the order's.
        """
        command, breach = self.command, decision.breach
        execution = Execution(
            self._stem + base32(len(self.outputs)),
            self.account.seq + 1,
            kind,
            order.id,
            code,
            order.symbol,
            order.side,
            order.type,
            order.tif,
            order.quantity,
            order.price,
            order.cum,
            order.leaves,
            self._now,
            None,
            None,
            None,
            None,
            command.client_order_id or order.client_order_id,
            reason if breach is None else breach.code,
            None if breach is None else breach.rule,
            None if breach is None else breach.limit,
            None if breach is None else breach.actual,
            None if breach is None else breach.message,
            requested.quantity or None,
            requested.price,
            order.conditions,
            requested.stop_price,
            order.trade_date,
            order.trader,
            None,
            None,
            None if decision.results is None else decision_text(decision, self._now),
        )
        self._apply(self.account, execution)
        self.outputs.append(Output(EXECUTIONS.name, execution))

    def accept(
        self,
        kind: ExecType,
        order: OpenOrder,
        command: OrderCommand,
        *,
        reason: str | None = None,
        decision: Decision = FREE,
        requested: Terms = _NOTHING,
    ) -> None:
        """Say that the command is pending and pass `command` on to the symbol's matching worker."""
        self.emit(kind, order, command.account, reason=reason, decision=decision, requested=requested)
        self.pass_on(command)

    def pass_on(self, command: OrderCommand) -> None:
        """Send `command` to the symbol's matching worker, whose answer is the first that anybody hears of it."""
        _STAGE.observe((self._now - command.time) / 1e6)
        self.outputs.append(Output(ORDERS_VALIDATED.name, command))
        _PASSED.inc()

    def refuse(self, kind: ExecType, order: OpenOrder, decision: Decision) -> None:
        """Say no, and why."""
        assert decision.breach is not None
        self.emit(kind, order, self.command.account, decision=decision)
        _STAGE.observe((self._now - self.command.time) / 1e6)
        metrics.RISK_DECISIONS.labels("refused", decision.breach.rule).inc()

    def cancel_open(self, asked: OrderCommand) -> None:
        """What a mass cancel covers: one cancel for each open order of its account that has none pending, in entry order, parked stops
        included; of one symbol, side and trader where given, without good-till orders where these are spared.
        """
        covered = self.account.select(asked.symbol, asked.side, asked.trader)
        spared = GOOD_TILL if (asked.attributes or {}).get(SPARE_GOOD_TILL) else frozenset()
        self.cancel_all(asked.account, [order for order in covered if order.tif not in spared], asked.reason)

    def withdraw(self, code: str, orders: Sequence[OpenOrder]) -> None:
        """Cancel what a kill covers of account `code`, as the desk's own: nobody asked, so each is told once, when it is done."""
        for order in orders:
            if not order.cancel_pending:
                self.pass_on(cancel_of(self.command, order, code, Reason.RISK_KILLED, unsolicited=True))

    def cancel_all(self, code: str, orders: Sequence[OpenOrder], reason: str | None) -> None:
        """One cancel for each of these orders of account `code` that has none pending."""
        for order in orders:
            if not order.cancel_pending:
                self.accept(ExecType.PENDING_CANCEL, order, cancel_of(self.command, order, code, reason), reason=reason)


def cancel_of(command: OrderCommand, order: OpenOrder, code: str, reason: str | None, *, unsolicited: bool = False) -> OrderCommand:
    """The cancel of one order that follows from a command: mass cancel, kill, or a cancel that named no symbol."""
    return OrderCommand(
        CommandType.CANCEL,
        command.command_id,
        order.id,
        code,
        order.symbol,
        command.time,
        user=command.user,
        reason=reason,
        unsolicited=unsolicited or command.unsolicited,
    )


def replace_of(command: OrderCommand, order: OpenOrder, terms: Terms) -> OrderCommand:
    """The replace with every term said, so that matching applies exactly what was judged.

    A stop price that nobody changes is left out: the order may have been triggered meanwhile and then has none, which is no reason to
    refuse the other terms.
    """
    stop_price = terms.stop_price
    if stop_asked(command) is None and all(held.stop_price == stop_price for held in (order.terms, *order.pending)):
        stop_price = None
    return OrderCommand(
        CommandType.REPLACE,
        command.command_id,
        order.id,
        command.account,
        order.symbol,
        command.time,
        quantity=terms.quantity,
        price=terms.price,
        client_order_id=command.client_order_id,
        user=command.user,
        reason=command.reason,
        conditions=None if stop_price is None else Conditions(stop_price=stop_price),
        unsolicited=command.unsolicited,
    )


def cut_of(cut: Cut, report: Execution) -> OrderCommand:
    """The desk's own replace, or cancel, of a reduce-only order that a fill has left with less to reduce."""
    order, keep = cut
    return OrderCommand(
        CommandType.REPLACE if keep else CommandType.CANCEL,
        0,
        order.id,
        report.account,
        order.symbol,
        report.time,
        quantity=order.cum + keep if keep else None,
        reason=Reason.REDUCE_ONLY_WOULD_OPEN,
        unsolicited=True,
    )


def order_of(command: OrderCommand) -> OpenOrder:
    """The order a new-order command asks for, nothing of it open yet."""
    return OpenOrder(
        command.id,
        command.symbol,
        command.side or Side.BUY,
        command.type or OrderType.LIMIT,
        command.tif or TimeInForce.DAY,
        command.quantity or 0,
        command.price,
        command.client_order_id,
        conditions=command.conditions,
        trade_date=command.trade_date,
        trader=command.trader or command.user or None,
    )
