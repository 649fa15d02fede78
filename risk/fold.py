"""The risk worker's state for one partition: accounts, controls, lately closed orders; commands and reports move it.

Every record it writes to `executions` is first applied to the account, live and at recovery alike, so the log is the state (ADR 0002).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.answers import Answer, cancel_of, cut_of, order_of, replace_of
from risk.domain.ahead import NOTHING, AheadKill, Scope
from risk.domain.controls import ControlInvalid, Controls
from risk.domain.decide import Decision, Market, judge_new, judge_replace, resulting_terms
from risk.domain.decisions import latched_text
from risk.domain.exposure import FILLS, AccountState
from risk.domain.instrument import Reference
from risk.domain.kills import covered
from risk.domain.marks import Marks
from risk.domain.open_order import OpenOrder
from risk.domain.refusals import CANCELED_ALREADY, ENDED, NOT_OPEN, CommandInvalid, require_complete
from risk.domain.stopping import stopped_by
from schemas.enums import CONTROLS, MARKET_CONTROLS, CommandType, ExecType
from schemas.messages import Execution, OrderCommand
from schemas.topics import EXECUTIONS, ORDERS, ORDERS_VALIDATED

_DUPLICATES = metrics.DUPLICATES.labels("risk")

CLOSED_KEPT = 4096
"""How many closed orders a partition remembers, to tell 'ended' from 'never known' and to answer with their last terms."""


class RiskFold:
    """`PartitionFold` of `orders` and `matching.reports` into `executions` and `orders.validated`."""

    format_version = 6

    def __init__(
        self, owns: Callable[[str], bool], references: Mapping[str, Reference], ahead: Mapping[Scope, AheadKill] = MappingProxyType({})
    ) -> None:
        """`owns` says whether a symbol's key falls on this partition: then this partition passes the controls of its market on. Quotes and
        the kills told `ahead` of the log are the worker's, who keeps them up to date.
        """
        self._owns = owns
        self._references = references
        self._ahead = ahead
        self.accounts: dict[str, AccountState] = {}
        self.controls = Controls()
        self.marks = Marks()
        self.closed: dict[str, OpenOrder] = {}
        self.moved: set[str] = set()
        """Accounts that have changed since `take_moved`; not part of the state."""

    # live

    def handle(self, delivery: Delivery, now: int) -> list[Output]:
        """What follows from a command, a control or a report of matching.

        Raises `CommandInvalid` or `ControlInvalid` for what nobody may have sent; then nothing has changed.
        """
        message = delivery.message
        if isinstance(message, Execution):
            return self._report(message, now)
        assert isinstance(message, OrderCommand)
        if message.command in CONTROLS:
            return self._control(message, delivery.position, now)
        require_complete(message)
        account = self.account(message.account)
        if account.is_repeat(message.command_id):
            _DUPLICATES.inc()
            return []
        answer = Answer(self.apply, account, message, position=delivery.position, now=now)
        match message.command:
            case CommandType.NEW:
                self._new(answer)
            case CommandType.CANCEL:
                self._cancel(answer)
            case CommandType.REPLACE:
                self._replace(answer)
            case CommandType.MASS_CANCEL:
                answer.cancel_open(message)
            case _:
                self._correct(answer)
        account.took(message.command_id)
        return answer.outputs

    def _new(self, answer: Answer) -> None:
        command = answer.command
        if command.id in answer.account.orders or command.id in self.closed:
            _DUPLICATES.inc()  # the first order of this id stays untouched
            return
        decision = judge_new(answer.account, command, self.market(answer.now))
        order = order_of(command)
        if decision.breach is not None:
            answer.refuse(ExecType.REJECTED, order, decision)
            return
        order.leaves = order.quantity
        answer.accept(ExecType.PENDING_NEW, order, command, decision=decision)

    def jump(self, symbol: str) -> int:
        """How far the quotes of a symbol may move at once, by the controls as they are by then."""
        return self.controls.jump(symbol)

    def market(self, now: int) -> Market:
        """What decisions at a moment see."""
        ahead = self.controls.not_reached(self._ahead) if self._ahead else NOTHING
        return Market(self.controls, self._references, now, self.marks, ahead=ahead)

    def _cancel(self, answer: Answer) -> None:
        command = answer.command
        order = answer.account.orders.get(command.id)
        if order is None:
            answer.refuse(ExecType.CANCEL_REJECTED, *self._not_open(command))
        elif command.unsolicited:
            answer.pass_on(cancel_of(command, order, command.account, command.reason))
        elif order.cancel_pending:
            answer.refuse(ExecType.CANCEL_REJECTED, order, Decision(CANCELED_ALREADY))
        else:
            passed = cancel_of(command, order, command.account, command.reason)
            answer.accept(ExecType.PENDING_CANCEL, order, passed, reason=command.reason)

    def _replace(self, answer: Answer) -> None:
        command = answer.command
        order = answer.account.orders.get(command.id)
        if order is None:
            answer.refuse(ExecType.REPLACE_REJECTED, *self._not_open(command))
            return
        if command.unsolicited and command.attributes:
            answer.pass_on(command)  # a split: quantities and prices move against each other, nobody asks for more
            return
        terms = resulting_terms(order, command)
        decision = judge_replace(answer.account, order, command, terms, self.market(answer.now))
        if decision.breach is not None:
            answer.refuse(ExecType.REPLACE_REJECTED, order, decision)
            return
        passed = replace_of(command, order, terms)
        if command.unsolicited:
            answer.pass_on(passed)
        else:
            answer.accept(ExecType.PENDING_REPLACE, order, passed, decision=decision, requested=terms)

    def _correct(self, answer: Answer) -> None:
        """A fill that was wrong is a fact, whatever the limits: nobody judges it, but the order must be one that was here.

        An order that ended so long ago that it is forgotten must be told with the command: what it had in all.
        """
        command = answer.command
        known = command.id in answer.account.orders or command.id in self.closed
        if known or (command.attributes or {}).get("order_quantity", 0) > 0:
            answer.pass_on(command)
        else:
            answer.refuse(ExecType.CANCEL_REJECTED, order_of(command), Decision(NOT_OPEN))

    def _not_open(self, command: OrderCommand) -> tuple[OpenOrder, Decision]:
        closed = self.closed.get(command.id)
        if closed is not None:
            return closed, Decision(ENDED)
        return order_of(command), Decision(NOT_OPEN)

    def _control(self, command: OrderCommand, position: Position, now: int) -> list[Output]:
        if not self.controls.apply(command):
            _DUPLICATES.inc()
            return []
        if command.command in MARKET_CONTROLS:
            return [Output(ORDERS_VALIDATED.name, command)] if self._owns(command.symbol) else []
        if command.command != CommandType.KILL or not command.value:
            return []
        outputs: list[Output] = []
        for code, account in sorted(self.accounts.items()):
            orders = covered(command, code, account, self.controls.settings)
            if orders:
                answer = Answer(self.apply, account, command, position=position, now=now, outputs=outputs)
                answer.withdraw(code, orders)
        return outputs

    def _report(self, report: Execution, now: int) -> list[Output]:
        account = self.account(report.account)
        order = account.orders.get(report.order_id) or self.closed.get(report.order_id)
        numbered = Execution(
            report.id,
            account.seq + 1,
            report.type,
            report.order_id,
            report.account,
            report.symbol,
            report.side,
            report.order_type,
            report.tif,
            report.quantity,
            report.price,
            report.cum_quantity,
            report.leaves_quantity,
            report.time,
            report.last_quantity,
            report.last_price,
            report.trade_id,
            report.liquidity,
            report.client_order_id or (order.client_order_id if order else None),
            report.reason,
            report.rule,
            report.limit,
            report.actual,
            report.message,
            report.requested_quantity,
            report.requested_price,
            report.conditions,
            report.requested_stop_price,
            report.trade_date,
            report.trader,
            report.original_quantity,
            report.original_price,
        )
        self.apply(account, numbered)
        stopped = stopped_by(account, numbered, self.market(now)) if report.type == ExecType.TRADE else []
        if stopped:  # the record says so: a recovery takes it from there
            account.stop(stopped, numbered.time)
            numbered = replace(numbered, decision=latched_text(stopped))
        outputs = [Output(EXECUTIONS.name, numbered)]
        if account.cuts and report.type in FILLS:
            outputs += [Output(ORDERS_VALIDATED.name, cut_of(cut, numbered)) for cut in account.cuts]
        return outputs

    # the fold

    def apply(self, account: AccountState, execution: Execution) -> None:
        """Take one numbered record: the only way exposure changes."""
        ended = account.apply(execution, self.closed)
        self.marks.take(execution)
        self.moved.add(execution.account)
        if ended is None:
            return
        ended.leaves = 0
        closed = self.closed
        closed[ended.id] = ended
        if len(closed) > CLOSED_KEPT:
            del closed[next(iter(closed))]

    def account(self, code: str) -> AccountState:
        """An account's state; one that was never heard of begins here."""
        account = self.accounts.get(code)
        if account is None:
            account = self.accounts[code] = AccountState()
        return account

    # recovery

    def recover(self, delivery: Delivery) -> None:
        """A command answered before: its number, or the control it set. A record of `executions`: the fold."""
        message = delivery.message
        if isinstance(message, Execution):
            self.apply(self.account(message.account), message)
        elif isinstance(message, OrderCommand) and delivery.position.topic == ORDERS.name:
            try:
                self._recover_command(message)
            except (CommandInvalid, ControlInvalid):
                _DUPLICATES.inc()  # it went to the dead letters when it was live

    def _recover_command(self, command: OrderCommand) -> None:
        if command.command in CONTROLS:
            self.controls.apply(command)
            return
        require_complete(command)
        account = self.account(command.account)
        account.took(command.command_id)

    def recovered(self, now: int) -> list[Output]:
        """Nothing to publish: everything risk knows is in the log already."""
        return []

    def dump(self) -> Any:
        """Accounts, controls and lately closed orders in a fixed order."""
        return {
            "accounts": {code: account.dump() for code, account in sorted(self.accounts.items())},
            "controls": self.controls.dump(),
            "marks": self.marks.dump(),
            "closed": [order.dump() for order in self.closed.values()],
        }

    def restore(self, state: Any) -> None:
        """Replace everything by a dumped state."""
        self.accounts = {code: AccountState.load(values) for code, values in state["accounts"].items()}
        self.controls = Controls()
        self.controls.restore(state["controls"])
        self.marks.restore(state["marks"])
        closed = map(OpenOrder.load, state["closed"])
        self.closed = {order.id: order for order in closed}
        self.moved = set(self.accounts)

    def take_moved(self) -> dict[str, AccountState]:
        """The accounts that have changed since this was asked last."""
        moved, self.moved = self.moved, set()
        return {code: self.accounts[code] for code in moved}
