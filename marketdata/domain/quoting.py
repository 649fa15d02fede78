"""The house liquidity provider's rules for one symbol: one bid and one ask at most, moved after the market, taken out without a price.

Pure: what to ask for follows from the plan (pairs to show, one after another) and from what the log answered before. A step begins only
when every command of the step before was answered, so a price the market touched is shown before the price it closed at. No order is sent
that could meet the symbol's own other side.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from marketdata.domain.conflate import TwoSided, Window
from marketdata.domain.quality import DEFAULT_JUMP
from schemas.enums import CommandType, ExecType, Reason, Side
from schemas.messages import Execution
from schemas.units import ONE

QUOTE_NOTIONAL = 500_000 * ONE
"""What a fresh quote offers on each side, in currency units of 1e-8, before rounding down to whole lots."""
FIRST_BACK_OFF = 2_000_000
LONGEST_BACK_OFF = 60_000_000
"""Microseconds a side rests after a refusal; doubled at each further one."""

_GONE = frozenset({Reason.ORDER_UNKNOWN.value, Reason.ORDER_CLOSED.value, Reason.ORDER_TOO_LATE.value})
_ANSWERS = {
    CommandType.NEW: frozenset({ExecType.NEW, ExecType.REJECTED}),
    CommandType.REPLACE: frozenset({ExecType.REPLACED, ExecType.REPLACE_REJECTED}),
    CommandType.CANCEL: frozenset({ExecType.CANCELED, ExecType.CANCEL_REJECTED, ExecType.EXPIRED}),
}


class Terms(NamedTuple):
    """What an instrument allows, in 1e-8: prices in ticks, `size` (what a fresh quote offers) in lots, `jump` (see `Judge`) a fraction."""

    symbol: str
    tick: int
    size: int
    jump: int = DEFAULT_JUMP


class Intent(NamedTuple):
    """A command to send. `quantity` is the order's total, as in every new and replace."""

    command: CommandType
    order_id: str
    side: Side
    quantity: int | None = None
    price: int | None = None


class Step(NamedTuple):
    """What to show next: a pair, or nothing. With `only`, the other side stays where it is unless it stands in the way."""

    pair: TwoSided | None
    only: Side | None = None


def quote_size(reference: int, lot: int, max_quantity: int) -> int:
    """Whole lots (hundreds of them where there are) worth about `QUOTE_NOTIONAL` at the reference price; half the largest order at most."""
    lots = min(QUOTE_NOTIONAL * ONE // reference, max_quantity // 2) // lot
    return max(1, lots - lots % 100 if lots > 100 else lots) * lot


def on_tick(pair: TwoSided, tick: int) -> TwoSided:
    """The bid rounded down and the ask rounded up to the tick: never better than the market."""
    return TwoSided(pair.bid - pair.bid % tick, pair.ask + -pair.ask % tick)


@dataclass(slots=True)
class _Side:
    """One side's order, and the command that waits for its answer."""

    side: Side
    order_id: str | None = None
    price: int = 0
    cum: int = 0
    leaves: int = 0
    waiting: CommandType | None = None
    waiting_for: str | None = None
    waiting_since: int = 0
    rest_until: int = 0
    back_off: int = FIRST_BACK_OFF
    shown_in_step: bool = False

    def gone(self) -> None:
        """The order is closed."""
        self.order_id, self.price, self.cum, self.leaves = None, 0, 0, 0

    def refused(self, now: int) -> None:
        """Rest for a while, longer each time."""
        self.rest_until = now + self.back_off
        self.back_off = min(2 * self.back_off, LONGEST_BACK_OFF)


class Quoter:
    """One symbol's bid and ask."""

    __slots__ = ("_new_id", "ask", "bid", "close", "steps", "terms")

    def __init__(self, terms: Terms, new_id: Callable[[], str]) -> None:
        self.terms = terms
        self.bid = _Side(Side.BUY)
        self.ask = _Side(Side.SELL)
        self.close: TwoSided | None = None
        self.steps: deque[Step] = deque()
        self._new_id = new_id

    @property
    def settled(self) -> bool:
        """Whether nothing is planned and nothing waits for an answer: time for the next window."""
        return not self.steps and self.bid.waiting is None and self.ask.waiting is None

    @property
    def waiting_since(self) -> int | None:
        """When the longest unanswered command was sent."""
        times = [side.waiting_since for side in (self.bid, self.ask) if side.waiting is not None]
        return min(times, default=None)

    def open_orders(self) -> list[str]:
        """Ids of the orders that rest, as far as known."""
        return [side.order_id for side in (self.bid, self.ask) if side.order_id is not None]

    def plan(self, window: Window) -> None:
        """Plan what a window of quotes asks for: what it touched beyond what is shown, then its close, or nothing after a bad close."""
        if window.rows:
            self.close = None if window.close is None else on_tick(window.close, self.terms.tick)
        for row in window.touched():
            pair = on_tick(row, self.terms.tick)
            if row is window.lowest_ask and self._below_asks(pair.ask):
                self.steps.append(Step(pair, Side.SELL))
            if row is window.highest_bid and self._above_bids(pair.bid):
                self.steps.append(Step(pair, Side.BUY))
        self.steps.append(Step(self.close))
        self._begin_step()

    def withdraw(self) -> None:
        """Plan to take both orders out, whatever was planned."""
        self.close = None
        self.steps.clear()
        self.steps.append(Step(None))
        self._begin_step()

    def forget(self) -> None:
        """Begin anew: the account's orders of this symbol are being canceled as a whole."""
        for side in (self.bid, self.ask):
            side.gone()
            side.waiting = side.waiting_for = None
        self.steps.clear()

    def commands(self, now: int) -> list[Intent]:
        """What to send now; empty while answers are missing or when the plan is done. What is returned counts as sent."""
        while self.steps and self.bid.waiting is None and self.ask.waiting is None:
            intents = self._step(self.steps[0], now)
            if intents:
                return intents
            self.steps.popleft()
            self._begin_step()
        return []

    def apply(self, execution: Execution, now: int) -> list[Intent]:
        """Take one record of the account's life-cycle log for this symbol; what must be sent at once because of it."""
        side = self.bid if execution.side == Side.BUY.value else self.ask
        kind = ExecType(execution.type)
        if execution.order_id not in (side.order_id, side.waiting_for):
            return self._stray(execution, kind)
        answered = side.waiting is not None and side.waiting_for == execution.order_id and kind in _ANSWERS[side.waiting]
        if answered:
            side.waiting = side.waiting_for = None
        if side.order_id != execution.order_id:
            return []
        return self._applied(side, execution, kind, now)

    def _applied(self, side: _Side, execution: Execution, kind: ExecType, now: int) -> list[Intent]:
        match kind:
            case ExecType.NEW | ExecType.REPLACED | ExecType.RESTATED | ExecType.TRADE | ExecType.TRADE_CANCEL | ExecType.TRADE_CORRECT:
                side.cum, side.leaves = execution.cum_quantity, execution.leaves_quantity
                side.price = execution.price or side.price
                if kind in (ExecType.NEW, ExecType.REPLACED):
                    side.back_off = FIRST_BACK_OFF
                if not side.leaves:
                    side.gone()
            case ExecType.CANCELED | ExecType.EXPIRED:
                side.gone()
            case ExecType.REJECTED:
                side.gone()
                side.refused(now)
            case ExecType.REPLACE_REJECTED | ExecType.CANCEL_REJECTED if execution.reason in _GONE:
                side.gone()
            case ExecType.REPLACE_REJECTED:
                side.refused(now)
                return [self._sent(side, Intent(CommandType.CANCEL, execution.order_id, side.side), now)]
            case ExecType.CANCEL_REJECTED:
                side.refused(now)
        return []

    @staticmethod
    def _stray(execution: Execution, kind: ExecType) -> list[Intent]:
        """An open order of the account this quoter does not know (left by another run, opened again by a bust): it goes."""
        if kind in (ExecType.NEW, ExecType.REPLACED, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT) and execution.leaves_quantity:
            return [Intent(CommandType.CANCEL, execution.order_id, Side(execution.side))]
        return []

    def _below_asks(self, price: int) -> bool:
        shown = self.ask.order_id is None or price < self.ask.price
        return shown and (self.close is None or price < self.close.ask)

    def _above_bids(self, price: int) -> bool:
        shown = self.bid.order_id is None or price > self.bid.price
        return shown and (self.close is None or price > self.close.bid)

    def _begin_step(self) -> None:
        self.bid.shown_in_step = self.ask.shown_in_step = False

    def _step(self, step: Step, now: int) -> list[Intent]:
        intents = []
        for side, price, obstacle in self._wanted(step):
            intent = self._cancel(side, now) if price is None else self._show(side, price, obstacle, now)
            if intent is not None:
                intents.append(self._sent(side, intent, now))
        return intents

    def _wanted(self, step: Step) -> list[tuple[_Side, int | None, int | None]]:
        """(side, price to show or None to cancel, price of the own order on the other side)."""
        bid_price = self.bid.price if self.bid.order_id else None
        ask_price = self.ask.price if self.ask.order_id else None
        if step.pair is None:
            return [(self.bid, None, ask_price), (self.ask, None, bid_price)]
        bid, ask = (self.bid, step.pair.bid or None, ask_price), (self.ask, step.pair.ask, bid_price)
        if step.only is Side.SELL:
            return [bid, ask] if bid_price is not None and bid_price >= step.pair.ask else [ask]
        if step.only is Side.BUY:
            return [ask, bid] if ask_price is not None and ask_price <= step.pair.bid else [bid]
        return [bid, ask]

    def _show(self, side: _Side, price: int, obstacle: int | None, now: int) -> Intent | None:
        if side.shown_in_step or now < side.rest_until or self._meets(side.side, price, obstacle):
            return None
        size = self.terms.size
        if side.order_id is None:
            side.shown_in_step = True
            return Intent(CommandType.NEW, self._new_id(), side.side, size, price)
        if side.price == price and side.leaves >= size:
            return None
        if side.cum > size:  # a total of more than two sizes might be refused: begin a new order
            return self._cancel(side, now)
        side.shown_in_step = True
        return Intent(CommandType.REPLACE, side.order_id, side.side, side.cum + size, price)

    @staticmethod
    def _meets(side: Side, price: int, obstacle: int | None) -> bool:
        if obstacle is None:
            return False
        return price >= obstacle if side is Side.BUY else price <= obstacle

    @staticmethod
    def _cancel(side: _Side, now: int) -> Intent | None:
        if side.order_id is None or now < side.rest_until:
            return None
        return Intent(CommandType.CANCEL, side.order_id, side.side)

    @staticmethod
    def _sent(side: _Side, intent: Intent, now: int) -> Intent:
        side.waiting, side.waiting_for, side.waiting_since = intent.command, intent.order_id, now
        if intent.command is CommandType.NEW:
            side.order_id, side.price, side.cum, side.leaves = intent.order_id, intent.price or 0, 0, intent.quantity or 0
        return intent
