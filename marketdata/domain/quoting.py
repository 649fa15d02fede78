"""The house liquidity provider's rules for one symbol: its levels, moved after the market, taken out without a price.

Pure: what to ask for follows from the plan (pairs to show, one after another) and from what the log answered before. A step begins only
when every command of the step before was answered, so a price the market touched is shown before the price it closed at. No order is sent
that could meet the symbol's own other side, or that could carry the inventory beyond its bound.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from marketdata.domain.conflate import TwoSided, Window
from marketdata.domain.ladder import Level, Terms, best_prices, ladder
from marketdata.domain.slots import Intent, QuoteSide, Slot
from schemas.enums import CommandType, ExecType, Reason, Side
from schemas.messages import Execution

_GONE = frozenset({Reason.ORDER_UNKNOWN.value, Reason.ORDER_CLOSED.value, Reason.ORDER_TOO_LATE.value})
_REFUSALS = frozenset({ExecType.REJECTED, ExecType.REPLACE_REJECTED, ExecType.CANCEL_REJECTED})


class Step(NamedTuple):
    """What to show next: a pair, or nothing. With `only`, the best of that side alone moves, and what stands in its way."""

    pair: TwoSided | None
    only: Side | None = None


def inventory_change(execution: Execution) -> int:
    """By how much a record of the account's life-cycle log changes what it holds, in 1e-8."""
    if execution.type not in (ExecType.TRADE.value, ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value):
        return 0
    change = (execution.last_quantity or 0) - (execution.original_quantity or 0)
    return change if execution.side == Side.BUY.value else -change


class Quoter:
    """One symbol's bids and asks. `inventory` is what the account holds now."""

    __slots__ = ("_new_id", "ask", "bid", "close", "inventory", "refusals", "refused_with", "steps", "terms")

    def __init__(self, terms: Terms, new_id: Callable[[], str], inventory: int = 0) -> None:
        self.terms = terms
        self.inventory = inventory
        self.bid = QuoteSide(Side.BUY)
        self.ask = QuoteSide(Side.SELL)
        self.close: TwoSided | None = None
        self.steps: deque[Step] = deque()
        self.refusals = 0
        self.refused_with = ""
        self._new_id = new_id

    @property
    def settled(self) -> bool:
        """Whether nothing is planned and nothing waits for an answer: time for the next window."""
        return not self.steps and not self._waiting()

    @property
    def waiting_since(self) -> int | None:
        """When the longest unanswered command was sent."""
        return min((slot.waiting_since for slot in self._waiting()), default=None)

    def open_orders(self) -> list[str]:
        """Ids of the orders that rest, as far as known."""
        return [slot.order_id for side in (self.bid, self.ask) for slot in side.open() if slot.order_id is not None]

    def resting(self, now: int) -> bool:
        """Whether a side keeps away after a refusal."""
        return now < max(self.bid.rest_until, self.ask.rest_until)

    def plan(self, window: Window) -> None:
        """Plan what a window of quotes asks for: what it touched beyond what is shown, then its close, or nothing after a bad close."""
        if window.rows:
            self.close = window.close
        closing = None if self.close is None else self._best(self.close)
        for row in window.touched():
            best = self._best(row)
            if row is window.lowest_ask and self.ask.beyond(best.ask) and (closing is None or best.ask < closing.ask):
                self.steps.append(Step(row, Side.SELL))
            if row is window.highest_bid and self.bid.beyond(best.bid) and (closing is None or best.bid > closing.bid):
                self.steps.append(Step(row, Side.BUY))
        self.steps.append(Step(self.close))
        self._begin_step()

    def withdraw(self) -> None:
        """Plan to take all orders out, whatever was planned."""
        self.close = None
        self.steps.clear()
        self.steps.append(Step(None))
        self._begin_step()

    def forget(self) -> None:
        """Begin anew: the account's orders of this symbol are being canceled as a whole."""
        for side in (self.bid, self.ask):
            side.slots.clear()
        self.steps.clear()

    def commands(self, now: int) -> list[Intent]:
        """What to send now; empty while answers are missing or when the plan is done. What is returned counts as sent."""
        while self.steps and not self._waiting():
            intents = self._step(self.steps[0], now)
            if intents:
                return intents
            self.steps.popleft()
            for side in (self.bid, self.ask):
                side.done(now)
            self._begin_step()
        return []

    def apply(self, execution: Execution, now: int) -> list[Intent]:
        """Take one record of the account's life-cycle log for this symbol; what must be sent at once because of it."""
        self.inventory += inventory_change(execution)
        side = self.bid if execution.side == Side.BUY.value else self.ask
        kind = ExecType(execution.type)
        slot = side.slot_of(execution.order_id)
        if slot is None:
            return self._stray(execution, kind)
        slot.answered(execution.order_id, kind)
        if slot.order_id != execution.order_id:
            return []
        return self._applied(side, slot, execution, kind, now)

    def _applied(self, side: QuoteSide, slot: Slot, execution: Execution, kind: ExecType, now: int) -> list[Intent]:
        if kind in _REFUSALS and execution.reason not in _GONE:
            self.refusals += 1
            self.refused_with = execution.reason or ""
        match kind:
            case ExecType.NEW | ExecType.REPLACED | ExecType.RESTATED | ExecType.TRADE | ExecType.TRADE_CANCEL | ExecType.TRADE_CORRECT:
                slot.cum, slot.leaves = execution.cum_quantity, execution.leaves_quantity
                slot.price = execution.price or slot.price
                if not slot.leaves:
                    slot.gone()
            case ExecType.CANCELED | ExecType.EXPIRED:
                slot.gone()
            case ExecType.REJECTED:
                slot.gone()
                side.refused(now)
            case ExecType.REPLACE_REJECTED | ExecType.CANCEL_REJECTED if execution.reason in _GONE:
                slot.gone()
            case ExecType.REPLACE_REJECTED:
                side.refused(now)
                return [slot.sent(Intent(CommandType.CANCEL, execution.order_id, side.side), now)]
            case ExecType.CANCEL_REJECTED:
                side.refused(now)
                slot.kept_until = side.rest_until
        return []

    @staticmethod
    def _stray(execution: Execution, kind: ExecType) -> list[Intent]:
        """An open order of the account this quoter does not know (left by another run, opened again by a bust): it goes."""
        if kind in (ExecType.NEW, ExecType.REPLACED, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT) and execution.leaves_quantity:
            return [Intent(CommandType.CANCEL, execution.order_id, Side(execution.side))]
        return []

    def _waiting(self) -> list[Slot]:
        return [slot for side in (self.bid, self.ask) for slot in side.slots if slot.waiting is not None]

    def _best(self, pair: TwoSided) -> TwoSided:
        return best_prices(pair, self.terms, self.inventory)

    def _begin_step(self) -> None:
        for side in (self.bid, self.ask):
            for slot in side.slots:
                slot.shown = False

    def _step(self, step: Step, now: int) -> list[Intent]:
        intents: list[Intent] = []
        for side, other, levels in self._wanted(step, now):
            intents += self._arrange(side, other, levels, now)
        return intents

    def _wanted(self, step: Step, now: int) -> list[tuple[QuoteSide, QuoteSide, Sequence[Level]]]:
        """(side, its other side, the levels to show) of each side the step concerns. A side that rests shows none."""
        bids, asks = ladder(step.pair, self.terms, self.inventory)
        buy = (self.bid, self.ask, () if now < self.bid.rest_until else bids)
        sell = (self.ask, self.bid, () if now < self.ask.rest_until else asks)
        if step.only is None:
            return [buy, sell]
        reaching, standing = (sell, buy) if step.only is Side.SELL else (buy, sell)
        side, other, levels = reaching
        if not levels:
            return []
        touch = (side, other, (levels[0], *side.shown_levels()[1:]))
        return [standing, touch] if side.meets(levels[0].price, other) else [touch]

    def _arrange(self, side: QuoteSide, other: QuoteSide, levels: Sequence[Level], now: int) -> list[Intent]:
        """Orders at a wanted price stay there; others are moved to the prices that are missing; what is left over is canceled."""
        intents = []
        for slot, level in side.assigned(levels):
            intent = self._cancel(side, slot, now) if level is None else self._show(side, other, slot, level, now)
            if intent is not None:
                intents.append(slot.sent(intent, now))
        return intents

    def _show(self, side: QuoteSide, other: QuoteSide, slot: Slot, level: Level, now: int) -> Intent | None:
        price, size = level
        if slot.shown or side.meets(price, other) or (size > slot.leaves and size > self._room(side, slot)):
            return None
        if slot.order_id is None:
            slot.shown = True
            return Intent(CommandType.NEW, self._new_id(), side.side, size, price)
        if slot.price == price and slot.leaves == size:
            return None
        if slot.cum > self.terms.size:  # a total of more than two sizes might be refused: begin a new order
            return self._cancel(side, slot, now)
        slot.shown = True
        return Intent(CommandType.REPLACE, slot.order_id, side.side, slot.cum + size, price)

    def _room(self, side: QuoteSide, slot: Slot) -> int:
        """How much this order may have open at most: what the bound leaves beside the side's other orders."""
        held = self.inventory if side.side is Side.BUY else -self.inventory
        return self.terms.bound - held - sum(one.most() for one in side.slots if one is not slot)

    @staticmethod
    def _cancel(side: QuoteSide, slot: Slot, now: int) -> Intent | None:
        if slot.order_id is None or now < slot.kept_until:
            return None
        return Intent(CommandType.CANCEL, slot.order_id, side.side)
