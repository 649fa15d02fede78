"""`book` into `DepthSnapshot`: books held in memory, rebuilt at the start from the last whole one, written as the best 100 levels."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import structlog

from marketdata.domain.depth import Depth, Level, Market, changes
from marketdata.models import DepthSnapshot
from marketdata.selectors import DEPTH, book_object, from_microseconds, to_microseconds
from oms_site.infra.bus.processor import Delivery, Frame
from oms_site.infra.rest.rendering import dumps
from schemas.enums import Phase
from schemas.messages import BookUpdate
from schemas.topics import BOOK
from schemas.units import from_units, to_units

log = structlog.get_logger(__name__)


class DepthProjection:
    """The books of all symbols. `beginnings` tells the first offset still kept of each partition of the topic.

    The row in PostgreSQL says how far it was written (`book_seq`), so records read again, after a restart or after a transaction that did
    not commit, write nothing twice.
    """

    def __init__(self, beginnings: Callable[[], dict[int, int]]) -> None:
        self._beginnings = beginnings
        self._books: dict[str, Depth] = {}

    def prepare(self, positions: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        """Forget all books and go back, in each partition, to the oldest of the last whole books.

        A book that was quiet for so long that the topic no longer holds its last whole one continues from its row.
        """
        self._books = {}
        moved = dict(positions)
        beginnings = self._beginnings()
        for row in DepthSnapshot.objects.all():
            place = (BOOK.name, row.partition)
            if row.replay_from < beginnings.get(row.partition, 0):
                self._books[row.symbol] = _continued(row)
            elif place in moved:
                moved[place] = min(moved[place], row.replay_from)
        return moved

    def project(self, deliveries: Sequence[Delivery], now: int) -> Iterator[Frame]:
        """Apply the changes, write the books that moved on, and tell the stream's channel `book` what changed since the last row."""
        touched = self._applied(deliveries)
        stored = {row.symbol: row for row in DepthSnapshot.objects.filter(symbol__in=touched)}
        moment = from_microseconds(now)
        frames, rows = [], []
        for symbol, partition in sorted(touched.items()):
            written = _written(self._books[symbol], stored.get(symbol), symbol, partition)
            if written is None:
                continue
            row, bids, asks = written
            rows.append(row)
            if symbol not in stored or row.seq != stored[symbol].seq:
                frames.append(Frame("book", symbol, row.seq, "update", partial(_text, row, moment, bids, asks)))
        _upsert(rows)
        return iter(frames)

    def _applied(self, deliveries: Sequence[Delivery]) -> dict[str, int]:
        """Symbol to partition of every book that is known after the batch; what could not be believed is counted in the log."""
        touched: dict[str, int] = {}
        left_out = 0
        for position, message, _ in deliveries:
            update: BookUpdate = message  # type: ignore[assignment]
            book = self._books.get(update.symbol) or self._books.setdefault(update.symbol, Depth())
            if not book.apply(update, position.offset) and not book.known:
                left_out += 1
            touched[update.symbol] = position.partition
        if left_out:
            log.warning("book_unknown_until_whole", records=left_out)
        return {symbol: partition for symbol, partition in touched.items() if self._books[symbol].known}


def _written(
    book: Depth, stored: DepthSnapshot | None, symbol: str, partition: int
) -> tuple[DepthSnapshot, list[Level], list[Level]] | None:
    """The row to write and the levels that changed since the stored one; None when the stored one is as new."""
    if stored is not None and (book.seq, book.replay_from) <= (stored.book_seq, stored.replay_from):
        return None
    bids, asks = book.best(DEPTH)
    changed_bids = changes(_levels(stored.bids) if stored else (), bids)
    changed_asks = changes(_levels(stored.asks) if stored else (), asks)
    row = DepthSnapshot(
        symbol=symbol,
        seq=stored.seq if stored else 0,
        bids=_plain(bids),
        asks=_plain(asks),
        last=None if book.last is None else from_units(book.last),
        partition=partition,
        replay_from=book.replay_from,
        book_seq=book.seq,
        updated_at=from_microseconds(book.time),
        **_market(book, stored),
    )
    if stored is None or changed_bids or changed_asks or any(getattr(stored, name) != getattr(row, name) for name in TOLD):
        row.seq += 1
    return row, changed_bids, changed_asks


def _text(row: DepthSnapshot, moment: datetime, bids: list[Level], asks: list[Level]) -> bytes:
    """The book of the row, but of its levels the changed ones alone."""
    return dumps(book_object(row, moment) | {"bids": _plain(bids), "asks": _plain(asks)})


TOLD = ("phase", "auction", "trade_date", "phase_since", "indicative_price", "indicative_quantity", "imbalance")
"""What of the market a reader of the stream is told of, besides the levels."""
REASON_LENGTH = 200


def _market(book: Depth, stored: DepthSnapshot | None) -> dict[str, Any]:
    """The market's columns. When its phase began is known from the change of phase, or from the row that saw it."""
    market = book.market
    since, reason = book.phase_since, book.phase_reason
    if since is None and stored is not None and (stored.phase, stored.auction) == (market.phase, market.auction or ""):
        began, why = stored.phase_since, stored.phase_reason
    elif since is None and stored is None and market.phase == Phase.CONTINUOUS.value:
        began, why = None, ""  # as every market is from its start
    else:
        began, why = from_microseconds(book.time if since is None else since), reason or ""
    return {
        "phase": market.phase,
        "auction": market.auction or "",
        "phase_since": began,
        "phase_reason": why[:REASON_LENGTH],
        "trade_date": None if market.trade_date is None else date.fromisoformat(market.trade_date),
        "indicative_price": _decimal(market.indicative_price),
        "indicative_quantity": _decimal(market.indicative_quantity),
        "imbalance": _decimal(market.imbalance),
    }


def _decimal(units: int | None) -> Decimal | None:
    return None if units is None else from_units(units)


def _units(value: Decimal | None) -> int | None:
    return None if value is None else to_units(value)


def _continued(row: DepthSnapshot) -> Depth:
    book = Depth()
    bids, asks = (
        [(to_units(Decimal(price)), to_units(Decimal(quantity)), orders) for price, quantity, orders in side]
        for side in (row.bids, row.asks)
    )
    book.continue_from(bids, asks, row.book_seq, row.replay_from)
    book.last = _units(row.last)
    book.time = to_microseconds(row.updated_at)
    book.market = Market(
        row.phase,
        row.auction or None,
        None if row.trade_date is None else row.trade_date.isoformat(),
        _units(row.indicative_price),
        _units(row.indicative_quantity),
        _units(row.imbalance),
    )
    return book


def _levels(stored: Iterable[Any]) -> list[Level]:
    return [Level(*level) for level in stored]


def _plain(levels: Iterable[Level]) -> list[list[Any]]:
    return [list(level) for level in levels]


def _upsert(rows: list[DepthSnapshot]) -> None:
    fields = [field.name for field in DepthSnapshot._meta.fields if not field.primary_key]
    DepthSnapshot.objects.bulk_create(rows, update_conflicts=True, unique_fields=["symbol"], update_fields=fields)
