"""What an account has open and holds: a fold of its `Execution` records, the same live and at recovery.

Quantities are integers of 1e-8, values of 1e-16. Every change goes through `AccountState.apply`; nothing else writes.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from risk.domain.days import day_of
from risk.domain.decisions import Latch, judged_price, latches
from risk.domain.flow import Flow
from risk.domain.holding import Holding
from risk.domain.limits import Rule
from risk.domain.open_order import OpenOrder, Terms
from risk.domain.reducing import Cut, cut_back
from schemas.enums import DESK_RULE, ExecType, Reason, Side
from schemas.ids import moment_of
from schemas.messages import Execution

OWN_PREFIX = "E"
"""First letter of the ids of records that risk itself wrote; all others are answers of matching."""

OWN_NUMBERS = 10**15
"""Where the command numbers of an account's own writer begin: the house's are microseconds. Those of intake count from 1 and stay below."""

_BUY = Side.BUY.value
_ENDS = frozenset({ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED})
_CORRECTIONS = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
FILLS = frozenset({ExecType.TRADE, *_CORRECTIONS})
"""Records that move a position."""

_ANSWERS = frozenset({ExecType.REPLACED, ExecType.REPLACE_REJECTED, ExecType.CANCEL_REJECTED})
_TRADE, _PENDING_NEW = ExecType.TRADE.value, ExecType.PENDING_NEW.value
_LOSSES = {Reason.LOSS_CLOSE_ONLY.value: 1, Reason.LOSS_DISABLED.value: 2}

NOTHING_HELD = Holding()
"""Stands for a symbol an account has never touched. Nobody writes to it."""


class SequenceBroken(Exception):
    """A record of an account does not follow the one before it: the log is not what risk wrote."""


class AccountState:
    """One account as risk sees it: numbering, open orders in entry order, holdings by symbol, and what is counted over all of them.

    `held` are the symbols with a position. `day` is the account's business date: the latest of the dates and UTC days its records tell;
    it never goes back. `cash` is what its fills brought in on balance. `loss_level` (1 close-only, 2 disabled) and `throttled` say what has
    stopped the account or a trader, and when: whether somebody has enabled it since is not known here. `reducing` are the open orders that
    are reduce-only, `cuts` what the last fill means for them.
    """

    __slots__ = (
        *("buy_value", "cash", "client_order_ids", "cuts", "day", "day_realised", "day_traded", "flow", "held", "holdings"),
        *("last_command_id", "last_own_id", "loss_at", "loss_level", "open_value", "orders", "reducing", "seq", "throttled"),
    )

    def __init__(self) -> None:
        self.last_command_id = 0
        self.last_own_id = 0
        self.seq = 0
        self.orders: dict[str, OpenOrder] = {}
        self.reducing: dict[str, OpenOrder] = {}
        self.cuts: list[Cut] = []
        self.client_order_ids: dict[str, int] = {}
        self.holdings: dict[str, Holding] = {}
        self.held: dict[str, Holding] = {}
        self.buy_value = 0
        self.open_value = 0
        self.cash = 0
        self.day = ""
        self.day_traded = 0
        self.day_realised = 0
        self.flow = Flow()
        self.loss_level = 0
        self.loss_at = 0
        self.throttled: dict[str, int] = {}

    def is_repeat(self, command_id: int) -> bool:
        """Whether a command of this number was taken before. Intake and an account's own writer each count for themselves (ADR 0004)."""
        return command_id <= (self.last_own_id if command_id >= OWN_NUMBERS else self.last_command_id)

    def took(self, command_id: int) -> None:
        """Remember a command's number."""
        if command_id >= OWN_NUMBERS:
            self.last_own_id = max(self.last_own_id, command_id)
        else:
            self.last_command_id = max(self.last_command_id, command_id)

    @property
    def positions(self) -> dict[str, int]:
        """What is held by symbol: long is positive, short negative; without what is flat."""
        return {symbol: holding.position for symbol, holding in self.held.items()}

    @property
    def working(self) -> dict[str, list[int]]:
        """Open quantity by symbol, to buy and to sell; without what has nothing open."""
        return {symbol: [held.buy, held.sell] for symbol, held in self.holdings.items() if held.buy or held.sell}

    def holding(self, symbol: str) -> Holding:
        """What is held and open of a symbol, to be read."""
        return self.holdings.get(symbol, NOTHING_HELD)

    def position(self, symbol: str) -> int:
        """What is held: long is positive, short negative."""
        return self.holding(symbol).position

    def reserved(self, symbol: str, side: str) -> int:
        """Open quantity of one side, exactly zero when no order is open."""
        holding = self.holding(symbol)
        return holding.buy if side == _BUY else holding.sell

    def worst_long(self, symbol: str) -> int:
        """The position were every open buy filled and no sell."""
        return self.position(symbol) + self.reserved(symbol, Side.BUY)

    def worst_short(self, symbol: str) -> int:
        """The short position (positive) were every open sell filled and no buy."""
        return self.reserved(symbol, Side.SELL) - self.position(symbol)

    def _trader_of(self, fill: Execution) -> str:
        """Who entered the order of a fill, empty where that is not known."""
        order = self.orders.get(fill.order_id)
        return fill.trader or (order.trader if order is not None else None) or ""

    def apply(self, execution: Execution, closed: dict[str, OpenOrder] | None = None) -> OpenOrder | None:
        """Take the account's next record; the order it closed, if it closed one. Raises `SequenceBroken`.

        `closed` are orders that ended lately: what comes late for one of them still changes it, and a fill taken back may open it again:
        then it is an order like any other and no longer among them.
        """
        if execution.seq != self.seq + 1:
            raise SequenceBroken(f"{execution.account}: record {execution.seq} after {self.seq}")
        self.seq = execution.seq
        if execution.type in FILLS:
            self._fill(execution)
            ended = self._move(execution, closed)
            if self.reducing or self.cuts:
                self.cuts = cut_back(self, execution.symbol)
            return ended
        if execution.decision is not None:
            self._judged(execution)
        return self._move(execution, closed)

    def _move(self, execution: Execution, closed: dict[str, OpenOrder] | None) -> OpenOrder | None:
        """What a record means for its order."""
        kind = execution.type
        if kind == _PENDING_NEW:
            self._open(_order_of(execution))
            return None
        order = self.orders.get(execution.order_id)
        if order is None:
            self._take_late(execution, {} if closed is None else closed)
            return None
        before, value = order.reserved, order.reserved_value
        _take_terms(order, execution)
        if kind in _ENDS or order.leaves == 0:
            self._close(order, before, value)
            return order
        self._reserve(order, order.reserved - before, order.reserved_value - value)
        return None

    # orders

    def _open(self, order: OpenOrder) -> None:
        self.orders[order.id] = order
        if order.reduce_only:
            self.reducing[order.id] = order
        name = order.client_order_id
        if name is not None:
            self.client_order_ids[name] = self.client_order_ids.get(name, 0) + 1
        self._reserve(order, order.reserved, order.reserved_value)

    def _close(self, order: OpenOrder, reserved: int, value: int) -> None:
        del self.orders[order.id]
        self.reducing.pop(order.id, None)
        name = order.client_order_id
        if name is not None:
            left = self.client_order_ids.pop(name) - 1
            if left:
                self.client_order_ids[name] = left
        self._reserve(order, -reserved, -value)

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

    def _reserve(self, order: OpenOrder, quantity: int, value: int) -> None:
        if not (quantity or value):
            return
        holding = self._holding(order.symbol)
        self.open_value += value
        if order.side == _BUY:
            self.buy_value += value
            holding.buy += quantity
            holding.buy_value += value
        else:
            holding.sell += quantity
            holding.sell_value += value

    def select(self, symbol: str = "", side: str | None = None, trader: str | None = None) -> Iterator[OpenOrder]:
        """Open orders in entry order, of one symbol, side and trader where given; one that was opened again comes last."""
        for order in self.orders.values():
            if symbol and order.symbol != symbol:
                continue
            if side in (None, order.side) and trader in (None, order.trader):
                yield order

    # what is counted

    def _holding(self, symbol: str) -> Holding:
        holding = self.holdings.get(symbol)
        if holding is None:
            holding = self.holdings[symbol] = Holding()
        return holding

    def _advance(self, execution: Execution) -> None:
        """Another business date begins with the first record that tells a later one."""
        day = day_of(execution.time)
        if execution.trade_date is not None and execution.trade_date > day:
            day = execution.trade_date
        if day > self.day:
            self.day = day
            self.day_traded = self.day_realised = 0
            self.flow.begin_day()

    def _fill(self, execution: Execution) -> None:
        """A fill, or what one has become. A fill that is taken back goes the other way at its own price, so what was paid stays exact.

        What it traded on the day is taken off only if its order is of this day; else the fill may be of an earlier one.
        """
        self._advance(execution)
        holding = self._holding(execution.symbol)
        if holding.day != self.day:
            holding.begin(self.day)
        side = 1 if execution.side == _BUY else -1
        if execution.original_quantity:
            counted = execution.trade_date == self.day
            self._trade(holding, -side * execution.original_quantity, execution.original_price or 0, -1 if counted else 0)
        if execution.last_quantity:
            self._trade(holding, side * execution.last_quantity, execution.last_price or 0, 1)
        if execution.last_price:
            holding.last_price = execution.last_price
        if holding.position:
            self.held[execution.symbol] = holding
        else:
            self.held.pop(execution.symbol, None)
        if execution.type == _TRADE:
            self.flow.fill(execution.time, self._trader_of(execution))
            if execution.decision is not None:
                self.stop(latches(execution.decision), execution.time)

    def _trade(self, holding: Holding, quantity: int, price: int, counted: int) -> None:
        gained = holding.trade(quantity, price)
        value = abs(quantity) * price * counted
        self.cash -= quantity * price
        self.day_realised += gained
        self.day_traded += value
        holding.day_realised += gained
        holding.day_traded += value

    def _judged(self, execution: Execution) -> None:
        """A record of risk's own about something that could add risk: it counts as a request, accepted or not."""
        self._advance(execution)
        time = moment_of(execution.id)
        self.flow.send(time)
        if execution.type == _PENDING_NEW:
            asks = execution.conditions
            stop = None if asks is None else asks.stop_price
            terms = (execution.symbol, execution.side, execution.order_type, execution.quantity, execution.price, stop)
            self.flow.accept(time, terms)
        elif execution.rule == Rule.MAX_DAILY_LOSS and execution.actual is not None:
            level = _LOSSES.get(execution.reason or "", 0)
            if level:
                self.stop([Latch(Rule.MAX_DAILY_LOSS, execution.account, level)], execution.time)

    def stop(self, found: Sequence[Latch], time: int) -> None:
        """Remember what has stopped the account or a trader, as the record of `time` says."""
        for latch in found:
            if latch.rule == Rule.MAX_DAILY_LOSS:
                self.loss_level, self.loss_at = latch.level, time
            else:
                self.throttled[latch.name] = time

    # recovery

    def dump(self) -> list[Any]:
        """The account as values JSON can hold; what follows from the orders and the holdings is left out."""
        orders = [order.dump() for order in self.orders.values()]
        holdings = {symbol: holding.dump() for symbol, holding in sorted(self.holdings.items())}
        counted = [self.day, str(self.day_traded), str(self.day_realised), str(self.cash), self.flow.dump()]
        stopped = [self.loss_level, self.loss_at, dict(sorted(self.throttled.items()))]
        return [self.last_command_id, self.last_own_id, self.seq, orders, holdings, counted, stopped]

    @classmethod
    def load(cls, values: list[Any]) -> "AccountState":
        """The account that was dumped."""
        state = cls()
        state.last_command_id, state.last_own_id, state.seq, orders, holdings, counted, stopped = values
        state.day, traded, realised, cash, flow = counted
        state.day_traded, state.day_realised, state.cash, state.flow = int(traded), int(realised), int(cash), Flow.load(flow)
        state.loss_level, state.loss_at, throttled = stopped
        state.throttled = dict(throttled)
        state.holdings = {symbol: Holding.load(row) for symbol, row in holdings.items()}
        state.held = {symbol: holding for symbol, holding in state.holdings.items() if holding.position}
        for row in orders:
            state._open(OpenOrder.load(row))
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
        judged=_judged_at(execution) if execution.price is None else 0,
    )


def _judged_at(execution: Execution) -> int:
    """What an order without a limit is counted at. A record without a decision is older than decisions, or tells of a forgotten order."""
    judged = None if execution.decision is None else judged_price(execution.decision)
    stop = None if execution.conditions is None else execution.conditions.stop_price
    return judged or stop or execution.original_price or execution.last_price or 0


def _take_terms(order: OpenOrder, execution: Execution) -> None:
    """The terms the record tells, and what it means for the requests that are under way."""
    quantity, kind = order.quantity, execution.type
    order.quantity = execution.quantity
    order.price = execution.price
    order.cum = execution.cum_quantity
    order.leaves = execution.leaves_quantity
    if execution.conditions is not None:
        order.conditions = execution.conditions
        if order.price is None:
            _value_anew(order, quantity, execution)
    if kind == ExecType.PENDING_CANCEL:
        order.cancel_pending = True
    elif kind == ExecType.PENDING_REPLACE:
        asked = execution.quantity if execution.requested_quantity is None else execution.requested_quantity
        judged = None if execution.decision is None or execution.requested_price else judged_price(execution.decision)
        order.ask(Terms(asked, execution.requested_price, execution.requested_stop_price), judged)
    elif kind == ExecType.TRIGGERED:
        order.triggered = True
    elif kind == ExecType.RESTATED and execution.reason == Reason.REDUCE_ONLY_WOULD_OPEN:
        order.cut = None
    elif kind in _ANSWERS and execution.id[0] != OWN_PREFIX and execution.rule != DESK_RULE:
        _take_answer(order, kind)


def _value_anew(order: OpenOrder, quantity: int, execution: Execution) -> None:
    """An order without a limit is worth no less than its stop, wherever that has been moved; a split divides what it was judged at."""
    if execution.type == ExecType.RESTATED and execution.reason == Reason.SPLIT and execution.quantity:
        order.judged = -(-order.judged * quantity // execution.quantity)
    order.judged = max(order.judged, order.stop_price or 0)


def _take_answer(order: OpenOrder, kind: str) -> None:
    """What matching answers: to the cancel, or to the oldest replace that is pending."""
    if kind == ExecType.CANCEL_REJECTED:
        order.cancel_pending = False
    elif order.pending:
        order.take_answer(accepted=kind == ExecType.REPLACED)
