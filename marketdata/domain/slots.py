"""The orders of one side of the house's quote, as far as the log has told: a slot for each, with the command that waits for its answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from marketdata.domain.ladder import Level
from schemas.enums import CommandType, ExecType, Side

FIRST_BACK_OFF = 2_000_000
LONGEST_BACK_OFF = 60_000_000
"""Microseconds a side rests after a refusal; doubled at each further one."""

_ANSWERS = {
    CommandType.NEW: frozenset({ExecType.NEW, ExecType.REJECTED}),
    CommandType.REPLACE: frozenset({ExecType.REPLACED, ExecType.REPLACE_REJECTED}),
    CommandType.CANCEL: frozenset({ExecType.CANCELED, ExecType.CANCEL_REJECTED, ExecType.EXPIRED}),
}


class Intent(NamedTuple):
    """A command to send. `quantity` is the order's total, as in every new and replace."""

    command: CommandType
    order_id: str
    side: Side
    quantity: int | None = None
    price: int | None = None


@dataclass(slots=True)
class Slot:
    """One order. `asked` is what it would have open if the command under way is taken; before `kept_until` no cancel is tried again."""

    order_id: str | None = None
    price: int = 0
    cum: int = 0
    leaves: int = 0
    waiting: CommandType | None = None
    waiting_for: str | None = None
    waiting_since: int = 0
    asked: int = 0
    kept_until: int = 0
    shown: bool = False
    """Whether this step has already put it where it wants it."""

    def most(self) -> int:
        """What it can have open at most, whatever the answer under way is."""
        return max(self.leaves, self.asked)

    def gone(self) -> None:
        """The order is closed."""
        self.order_id, self.price, self.cum, self.leaves = None, 0, 0, 0

    def sent(self, intent: Intent, now: int) -> Intent:
        """The command is under way."""
        self.waiting, self.waiting_for, self.waiting_since = intent.command, intent.order_id, now
        self.asked = 0 if intent.quantity is None else intent.quantity - self.cum
        if intent.command is CommandType.NEW:
            self.order_id, self.price, self.cum, self.leaves = intent.order_id, intent.price or 0, 0, intent.quantity or 0
        return intent

    def answered(self, order_id: str, kind: ExecType) -> None:
        """A record of the log: is it the answer that was waited for?"""
        if self.waiting is not None and self.waiting_for == order_id and kind in _ANSWERS[self.waiting]:
            self.waiting, self.waiting_for, self.asked = None, None, 0


@dataclass(slots=True)
class QuoteSide:
    """One side: its slots, and how long it rests after a refusal."""

    side: Side
    slots: list[Slot] = field(default_factory=list)
    rest_until: int = 0
    back_off: int = FIRST_BACK_OFF

    def open(self) -> list[Slot]:
        """Slots with an order, best price first."""
        return sorted((slot for slot in self.slots if slot.order_id is not None), key=lambda slot: slot.price, reverse=self._buys)

    def shown_levels(self) -> list[Level]:
        """What stands in the book, best first."""
        return [Level(slot.price, slot.leaves) for slot in self.open()]

    def slot_of(self, order_id: str) -> Slot | None:
        """The slot of an order, or that waits for an answer about it."""
        return next((slot for slot in self.slots if order_id in (slot.order_id, slot.waiting_for)), None)

    def beyond(self, price: int) -> bool:
        """Whether a price is better than the best shown: true when none is."""
        best = self.open()[:1]
        return not best or (price > best[0].price if self._buys else price < best[0].price)

    def meets(self, price: int, other: "QuoteSide") -> bool:
        """Whether an order of this side at a price would meet the other side's best."""
        best = other.open()[:1]
        return bool(best) and (price >= best[0].price if self._buys else price <= best[0].price)

    def assigned(self, levels: Sequence[Level]) -> Iterator[tuple[Slot, Level | None]]:
        """Which slot shows which level: those at its price stay, the rest fills up what is missing; None for what is too many."""
        spare = self.open()
        stay: dict[int, Slot] = {}
        for number, level in enumerate(levels):
            slot = next((slot for slot in spare if slot.price == level.price), None)
            if slot is not None:
                stay[number] = slot
                spare.remove(slot)
        empty = [slot for slot in self.slots if slot.order_id is None]
        free = [*spare, *empty]
        while len(free) < len(levels) - len(stay):
            self.slots.append(Slot())
            free.append(self.slots[-1])
        for number, level in enumerate(levels):
            yield stay.get(number) or free.pop(0), level
        for slot in free:
            yield slot, None

    def refused(self, now: int) -> None:
        """Rest for a while, longer each time; refusals of one batch count once."""
        if now >= self.rest_until:
            self.rest_until = now + self.back_off
            self.back_off = min(2 * self.back_off, LONGEST_BACK_OFF)

    def done(self, now: int) -> None:
        """All it asked for was taken: the next refusal is a first one again."""
        if now >= self.rest_until and any(slot.order_id is not None for slot in self.slots):
            self.back_off = FIRST_BACK_OFF

    @property
    def _buys(self) -> bool:
        return self.side is Side.BUY
