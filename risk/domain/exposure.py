"""What an account has open and holds: a fold of its `Execution` records, the same live and at recovery.

Quantities are integers of 1e-8. Every change goes through `AccountState.apply`; nothing else writes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from schemas.enums import ExecType, Side
from schemas.messages import Execution

OWN_PREFIX = "E"
"""First letter of the ids of records that risk itself wrote; all others are answers of matching."""

BUY, SELL = 0, 1
_ENDS = frozenset({ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED})


class SequenceBroken(Exception):
    """A record of an account does not follow the one before it: the log is not what risk wrote."""


@dataclass(slots=True)
class OpenOrder:
    """An order that may still trade, with its terms as of the last record.

    `pending` holds the (quantity, price) of replaces that matching has not answered yet, oldest first.
    """

    id: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: int
    price: int | None
    client_order_id: str | None
    cum: int = 0
    leaves: int = 0
    cancel_pending: bool = False
    pending: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def reserved(self) -> int:
        """The most that may still trade: what is open now, or would be after a pending replace."""
        if not self.pending:
            return self.leaves
        return max(self.leaves, max(quantity for quantity, _ in self.pending) - self.cum)

    @property
    def last_terms(self) -> tuple[int, int | None]:
        """Quantity and price the order will have when everything pending is accepted."""
        return self.pending[-1] if self.pending else (self.quantity, self.price)

    def is_reduction(self, quantity: int, price: int | None) -> bool:
        """Whether these terms can only take risk away, however the pending replaces end: less or as much, at the same price."""
        if quantity <= self.cum and not self.pending:
            return True
        terms = [(self.quantity, self.price), *self.pending]
        return all(quantity <= held and price == at for held, at in terms)

    def dump(self) -> list[Any]:
        """The order as values JSON can hold."""
        return [
            *(self.id, self.symbol, self.side, self.type, self.tif, self.quantity, self.price, self.client_order_id),
            *(self.cum, self.leaves, self.cancel_pending, [list(terms) for terms in self.pending]),
        ]

    @classmethod
    def load(cls, values: list[Any]) -> "OpenOrder":
        """The order that was dumped."""
        *terms, pending = values
        order = cls(*terms)
        order.pending = [(quantity, price) for quantity, price in pending]
        return order


class AccountState:
    """One account as risk sees it: numbering, open orders in entry order, positions, and open quantity by symbol and side."""

    __slots__ = ("last_command_id", "orders", "positions", "seq", "working")

    def __init__(self) -> None:
        self.last_command_id = 0
        self.seq = 0
        self.orders: dict[str, OpenOrder] = {}
        self.positions: dict[str, int] = {}
        self.working: dict[str, list[int]] = {}

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

    def apply(self, execution: Execution) -> OpenOrder | None:
        """Take the account's next record; the order it closed, if it closed one. Raises `SequenceBroken`."""
        if execution.seq != self.seq + 1:
            raise SequenceBroken(f"{execution.account}: record {execution.seq} after {self.seq}")
        self.seq = execution.seq
        kind = execution.type
        if kind == ExecType.TRADE:
            self._move(execution)
        elif kind == ExecType.PENDING_NEW:
            self._open(execution)
            return None
        order = self.orders.get(execution.order_id)
        if order is None:
            return None
        before = order.reserved
        self._take_terms(order, execution)
        closed = kind in _ENDS or order.leaves == 0
        if closed:
            del self.orders[order.id]
        self._reserve(order, (0 if closed else order.reserved) - before)
        return order if closed else None

    def _open(self, execution: Execution) -> None:
        order = OpenOrder(
            execution.order_id,
            execution.symbol,
            execution.side,
            execution.order_type,
            execution.tif,
            execution.quantity,
            execution.price,
            execution.client_order_id,
            0,
            execution.quantity,
        )
        self.orders[order.id] = order
        self._reserve(order, order.leaves)

    @staticmethod
    def _take_terms(order: OpenOrder, execution: Execution) -> None:
        order.quantity = execution.quantity
        order.price = execution.price
        order.cum = execution.cum_quantity
        order.leaves = execution.leaves_quantity
        kind = execution.type
        if kind == ExecType.PENDING_CANCEL:
            order.cancel_pending = True
        elif kind == ExecType.PENDING_REPLACE:
            quantity = execution.quantity if execution.requested_quantity is None else execution.requested_quantity
            order.pending.append((quantity, execution.requested_price))
        elif execution.id[0] != OWN_PREFIX:  # risk's own refusals answer nothing that is pending
            if kind in (ExecType.REPLACED, ExecType.REPLACE_REJECTED) and order.pending:
                del order.pending[0]
            elif kind == ExecType.CANCEL_REJECTED:
                order.cancel_pending = False

    def _move(self, execution: Execution) -> None:
        quantity = execution.last_quantity or 0
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

    def select(self, symbol: str = "", side: str | None = None) -> Iterator[OpenOrder]:
        """Open orders in entry order, of one symbol and side where given."""
        for order in self.orders.values():
            if (not symbol or order.symbol == symbol) and (side is None or order.side == side):
                yield order

    def dump(self) -> list[Any]:
        """The account as values JSON can hold; what follows from the orders is left out."""
        orders = [order.dump() for order in self.orders.values()]
        return [self.last_command_id, self.seq, dict(sorted(self.positions.items())), orders]

    @classmethod
    def load(cls, values: list[Any]) -> "AccountState":
        """The account that was dumped."""
        state = cls()
        state.last_command_id, state.seq, positions, orders = values
        state.positions = dict(positions)
        for row in orders:
            order = OpenOrder.load(row)
            state.orders[order.id] = order
            state._reserve(order, order.reserved)
        return state
