"""The book as others see it: changed levels, sequenced, or the whole; in a call phase what an uncross would give."""

from collections.abc import Iterable, Sequence

from matching.domain.auction import clearing
from matching.domain.book import CALL_PHASES, Book
from matching.domain.events import Event, PhaseChanged
from matching.domain.ladder import Level
from schemas.enums import BookType
from schemas.messages import BookLevel, BookUpdate
from schemas.units import MAX_UNITS

LARGEST_SIDE = 20_000
"""Levels of one side that are published at most: two such sides stay below the largest record."""


def phase_reason(events: Iterable[Event]) -> str | None:
    """Why the market's phase is another after these events, None when it is not."""
    return next((event.reason for event in events if isinstance(event, PhaseChanged)), None)


def book_change(book: Book, changed: Sequence[Level], time: int, reason: str | None = None) -> BookUpdate:
    """The levels one command changed, as they are now; a level of quantity 0 is gone. `seq` is the book's count of updates.

    A change of more levels than a record holds is told as the whole book. `reason` says why the phase changed, where it did.
    """
    if len(changed) > LARGEST_SIDE:
        return book_snapshot(book, time, reason)
    bids, asks = (tuple([_level(level) for level in changed if level.ladder is ladder]) for ladder in (book.bids, book.asks))
    return _update(book, BookType.UPDATE, (bids, asks), time, reason)


def book_snapshot(book: Book, time: int, reason: str | None = None) -> BookUpdate:
    """The whole book after its update number `seq`: the best `LARGEST_SIDE` levels of each side. It takes no number of its own."""
    sides = tuple(tuple(map(_level, ladder.in_order()[:LARGEST_SIDE])) for ladder in (book.bids, book.asks))
    return _update(book, BookType.SNAPSHOT, sides, time, reason)


def _update(book: Book, kind: BookType, sides: tuple[tuple[BookLevel, ...], ...], time: int, reason: str | None) -> BookUpdate:
    would = clearing(book) if book.phase in CALL_PHASES else None
    return BookUpdate(
        symbol=book.symbol,
        seq=book.updates,
        type=kind,
        bids=sides[0],
        asks=sides[1],
        last=book.last,
        time=time,
        phase=book.phase,
        auction=book.auction,
        phase_reason=reason,
        trade_date=book.trade_date,
        indicative_price=None if would is None else would.price,
        indicative_quantity=None if would is None else would.quantity,
        imbalance=None if would is None else would.imbalance,
    )


def _level(level: Level) -> BookLevel:
    return BookLevel(level.price, min(level.quantity, MAX_UNITS), level.count)
