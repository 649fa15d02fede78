"""What every book is behind while it is measured, and the three that need nothing installed: our engine and two yardsticks."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from benchmarks.matching.plain_engine import PlainEngine, PlainTrade
from benchmarks.matching.reference import ReferenceBook
from benchmarks.matching.streams import Event
from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.domain.events import Traded
from schemas.messages import OrderCommand

Calls = Sequence[tuple[Callable[..., Any], tuple[Any, ...]]]
"""What is timed: a bound method of the book and its arguments, an event each."""

TICK = LOT = 10**6


class Contender(Protocol):
    """A fresh book. `volume` is what it traded, in lots, as far as its answers were read."""

    volume: int

    def calls(self, events: list[Event]) -> Calls:
        """The book's own calls for these events; not timed."""
        ...

    def read(self, answers: list[Any]) -> None:
        """Take notice of what the book answered; not timed."""
        ...


def command(event: Event) -> OrderCommand:
    """The event as the engine's worker gets it."""
    number, side, price, quantity = event
    if side is None:
        return OrderCommand("cancel", number, f"o{number}", "A", "X", number)
    return OrderCommand("new", number, f"o{number}", "A", "X", number, side, "limit", "day", quantity * LOT, price * TICK)


class Ours:
    """The product's engine: whole commands in (rules, duplicates, terms checked), every fact out."""

    def __init__(self) -> None:
        self.engine = Engine(Rules(TICK, LOT))
        self.volume = 0

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        apply = self.engine.apply
        return [(apply, (command(event),)) for event in events]

    def read(self, answers: list[Any]) -> None:
        """See `Contender`."""
        self.volume += sum(fact.quantity for facts in answers for fact in facts if isinstance(fact, Traded)) // LOT


class Plain:
    """`PlainEngine`: the same commands in, the same facts out."""

    def __init__(self) -> None:
        self.engine = PlainEngine()
        self.volume = 0

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        apply = self.engine.apply
        return [(apply, (command(event),)) for event in events]

    def read(self, answers: list[Any]) -> None:
        """See `Contender`."""
        self.volume += sum(fact.quantity for facts in answers for fact in facts if isinstance(fact, PlainTrade)) // LOT


class Bare:
    """`ReferenceBook`: five integers in, fills out."""

    def __init__(self) -> None:
        self.book = ReferenceBook()
        self.volume = 0

    def calls(self, events: list[Event]) -> Calls:
        """See `Contender`."""
        submit, cancel = self.book.submit, self.book.cancel
        return [(cancel, (event.number,)) if event.side is None else (submit, tuple(event)) for event in events]

    def read(self, answers: list[Any]) -> None:
        """See `Contender`."""
        self.volume += sum(fill[3] for fills in answers if fills.__class__ is list for fill in fills)
