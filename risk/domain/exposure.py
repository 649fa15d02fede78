"""What an account has open and holds: a fold of its `Execution` records, the same live and at recovery.

Quantities are integers of 1e-8. Every change goes through `AccountState.apply`; nothing else writes.
"""

from collections.abc import Iterator
from typing import Any

from risk.domain.open_order import OpenOrder, Terms
from schemas.enums import DESK_RULE, ExecType, Side
from schemas.messages import Execution

OWN_PREFIX = "E"
"""First letter of the ids of records that risk itself wrote; all others are answers of matching."""

OWN_NUMBERS = 10**15
"""Where the command numbers of an account's own writer begin: the house's are microseconds. Those of intake count from 1 and stay below."""

BUY, SELL = 0, 1
_ENDS = frozenset({ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED})
_CORRECTIONS = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_FILLS = frozenset({ExecType.TRADE, *_CORRECTIONS})
_ANSWERS = frozenset({ExecType.REPLACED, ExecType.REPLACE_REJECTED, ExecType.CANCEL_REJECTED})


class SequenceBroken(Exception):
    """A record of an account does not follow the one before it: the log is not what risk wrote."""


class AccountState:
    """One account as risk sees it: numbering, open orders in entry order, positions, and open quantity by symbol and side."""

    __slots__ = ("last_command_id", "last_own_id", "orders", "positions", "seq", "working")

    def __init__(self) -> None:
        self.last_command_id = 0
        self.last_own_id = 0
        self.seq = 0
        self.orders: dict[str, OpenOrder] = {}
        self.positions: dict[str, int] = {}
        self.working: dict[str, list[int]] = {}

    def is_repeat(self, command_id: int) -> bool:
        """Whether a command of this number was taken before. Intake and an account's own writer each count for themselves (ADR 0004)."""
        return command_id <= (self.last_own_id if command_id >= OWN_NUMBERS else self.last_command_id)

    def took(self, command_id: int) -> None:
        """Remember a command's number."""
        if command_id >= OWN_NUMBERS:
            self.last_own_id = max(self.last_own_id, command_id)
        else:
            self.last_command_id = max(self.last_command_id, command_id)

    def position(self, symbol: str) -> int:
        """What is held: long is positive, short negative."""
        return self.positions.get(symbol, 0)

    def reserved(self, symbol: str, side: str) -> int:
        """Open quantity of one side, exactly zero when no order is open."""
        both = self.working.get(symbol)
        return 0 if both is None else both[BUY if side == Side.BUY else SELL]

    def worst_long(self, symbol: str) -> int:
        """The position were every open buy filled and no sell."""
        return self.position(symbol) + self.reserved(symbol, Side.BUY)

    def worst_short(self, symbol: str) -> int:
        """The short position (positive) were every open sell filled and no buy."""
        return self.reserved(symbol, Side.SELL) - self.position(symbol)

    def apply(self, execution: Execution, closed: dict[str, OpenOrder] | None = None) -> OpenOrder | None:
        """Take the account's next record; the order it closed, if it closed one. Raises `SequenceBroken`.

        `closed` are orders that ended lately: what comes late for one of them still changes it, and a fill taken back may open it again:
        then it is an order like any other and no longer among them.
        """
        if execution.seq != self.seq + 1:
            raise SequenceBroken(f"{execution.account}: record {execution.seq} after {self.seq}")
        self.seq = execution.seq
        kind = execution.type
        if kind in _FILLS:
            self._move(execution)
        elif kind == ExecType.PENDING_NEW:
            self._open(_order_of(execution))
            return None
        order = self.orders.get(execution.order_id)
        if order is None:
            self._take_late(execution, {} if closed is None else closed)
            return None
        before = order.reserved
        _take_terms(order, execution)
        ended = kind in _ENDS or order.leaves == 0
        if ended:
            del self.orders[order.id]
        self._reserve(order, (0 if ended else order.reserved) - before)
        return order if ended else None

    def _open(self, order: OpenOrder) -> None:
        self.orders[order.id] = order
        self._reserve(order, order.reserved)

    def _take_late(self, execution: Execution, closed: dict[str, OpenOrder]) -> None:
        """A record of an order that is not open: it has ended, or was never taken."""
        order = closed.get(execution.order_id)
        opens = execution.leaves_quantity > 0 and execution.type in _CORRECTIONS
        if order is not None:
            _take_terms(order, execution)
        elif opens:  # it ended so long ago that it has been forgotten
            order = _order_of(execution)
        if order is not None and opens:
            closed.pop(order.id, None)
            self._open(order)

    def _move(self, execution: Execution) -> None:
        quantity = (execution.last_quantity or 0) - (execution.original_quantity or 0)
        held = self.positions.get(execution.symbol, 0) + (quantity if execution.side == Side.BUY else -quantity)
        if held:
            self.positions[execution.symbol] = held
        else:
            self.positions.pop(execution.symbol, None)

    def _reserve(self, order: OpenOrder, change: int) -> None:
        if not change:
            return
        both = self.working.setdefault(order.symbol, [0, 0])
        both[BUY if order.side == Side.BUY else SELL] += change
        if both == [0, 0]:
            del self.working[order.symbol]

    def select(self, symbol: str = "", side: str | None = None, trader: str | None = None) -> Iterator[OpenOrder]:
        """Open orders in entry order, of one symbol, side and trader where given; one that was opened again comes last."""
        for order in self.orders.values():
            if symbol and order.symbol != symbol:
                continue
            if side in (None, order.side) and trader in (None, order.trader):
                yield order

    def dump(self) -> list[Any]:
        """The account as values JSON can hold; what follows from the orders is left out."""
        orders = [order.dump() for order in self.orders.values()]
        return [self.last_command_id, self.last_own_id, self.seq, dict(sorted(self.positions.items())), orders]

    @classmethod
    def load(cls, values: list[Any]) -> "AccountState":
        """The account that was dumped."""
        state = cls()
        state.last_command_id, state.last_own_id, state.seq, positions, orders = values
        state.positions = dict(positions)
        for row in orders:
            order = OpenOrder.load(row)
            state.orders[order.id] = order
            state._reserve(order, order.reserved)
        return state


def _order_of(execution: Execution) -> OpenOrder:
    """The order a record tells of, for one that risk does not hold yet."""
    return OpenOrder(
        execution.order_id,
        execution.symbol,
        execution.side,
        execution.order_type,
        execution.tif,
        execution.quantity,
        execution.price,
        execution.client_order_id,
        execution.cum_quantity,
        execution.leaves_quantity,
        conditions=execution.conditions,
        trade_date=execution.trade_date,
        trader=execution.trader,
    )


def _take_terms(order: OpenOrder, execution: Execution) -> None:
    """The terms the record tells, and what it means for the requests that are under way."""
    order.quantity = execution.quantity
    order.price = execution.price
    order.cum = execution.cum_quantity
    order.leaves = execution.leaves_quantity
    if execution.conditions is not None:
        order.conditions = execution.conditions
    kind = execution.type
    if kind == ExecType.PENDING_CANCEL:
        order.cancel_pending = True
    elif kind == ExecType.PENDING_REPLACE:
        quantity = execution.quantity if execution.requested_quantity is None else execution.requested_quantity
        order.pending.append(Terms(quantity, execution.requested_price, execution.requested_stop_price))
    elif kind == ExecType.TRIGGERED:
        order.triggered = True
    elif kind in _ANSWERS and execution.id[0] != OWN_PREFIX and execution.rule != DESK_RULE:
        _take_answer(order, kind)


def _take_answer(order: OpenOrder, kind: str) -> None:
    """What matching answers: to the cancel, or to the oldest replace that is pending."""
    if kind == ExecType.CANCEL_REJECTED:
        order.cancel_pending = False
    elif order.pending:
        asked = order.pending.pop(0)
        if kind == ExecType.REPLACED and asked.stop_price is not None:
            order.move_stop(asked.stop_price)
