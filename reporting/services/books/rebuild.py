"""The books made anew from the log and compared with what is stored; or posted, where they are missing.

Compared are every entry with its lines and every fee (by number and digest), every balance and every position of each account. Memory does
not grow with the log of fills: an entry becomes a digest at once, and only fills that were corrected are remembered; of settlement, where
each instruction stands.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from django.db import transaction

from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import skipped
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.ports import Partition
from oms_site.infra.bus.reading import read_upto
from orders import selectors as order_selectors
from reporting import selectors
from reporting.domain.books import Bookkeeper, Fill
from reporting.domain.ledger import Cause, Entry, Place
from reporting.domain.positions import Fill as PositionFill
from reporting.domain.positions import Holding, filled, restated
from reporting.domain.rebuilt import Digest, entry_text, fee_text
from reporting.models import JournalEntry
from reporting.selectors.stored import PROJECTION, Stored
from reporting.services.books import rows
from reporting.services.books.cash import entries_of, put_in_post
from reporting.services.books.fills import books_post, fill_of
from reporting.services.books.settled import settled_entries
from risk import selectors as risk_selectors
from schemas.messages import Execution
from schemas.topics import EXECUTIONS

CHUNK = 5_000
_ALL = 10**18


@dataclass
class Rebuilt:
    """What a rebuild came to: records read, fills among them, entries, and what differs from the stored (nothing: all is equal)."""

    executions: int = 0
    fills: int = 0
    entries: int = 0
    differences: list[str] = field(default_factory=list)


Told = Callable[[Rebuilt], None]
Log = Callable[[Mapping[int, int], Rebuilt, Told], Iterator[Sequence[Fill]]]
"""Fills up to offsets by partition, a chunk at a time; it counts what it reads."""


def books_compare(*, tell: Told = lambda _: None, log: Log | None = None) -> Rebuilt:
    """Make the books anew, up to the log the tables hold, and say what differs from the stored. Writes nothing. Raises `BusError`.

    `log` gives the fills instead of the topic: to a benchmark that has no broker.
    """
    stored, done, made = selectors.stored_books(), Rebuilt(), _Made()
    for entry in entries_of(stored.put_in, count(1)):
        made.take(entry)
    for fills in (log or _fills)(stored.offsets, done, tell):
        for fill in fills:
            made.book(fill)
    for entry in settled_entries(stored.settled):
        made.take(entry)
    done.entries = sum(digest.count for digest in made.entries.values())
    done.differences = list(made.differences(stored))
    return done


def books_complete(*, tell: Told = lambda _: None) -> Rebuilt:
    """Post what is missing of the log the tables hold, a chunk in a transaction; what is there stays. Raises `BusError`."""
    done = Rebuilt()
    with transaction.atomic():
        done.entries = put_in_post(risk_selectors.put_in())
    for fills in _fills(selectors.stored_books().offsets, done, tell):
        with transaction.atomic():
            done.entries += len(books_post(fills=fills))
    settled = settled_entries(selectors.stored_books().settled)
    while some := list(islice(settled, CHUNK)):
        with transaction.atomic():
            done.entries += _settled_post(some)
    return done


def _settled_post(entries: Sequence[Entry]) -> int:
    """Post those deliveries that are missing; how many."""
    rows.one_at_a_time()
    held = JournalEntry.objects.filter(cause=Cause.SETTLEMENT, cause_id__in=[entry.cause_id for entry in entries])
    known = set(held.values_list("cause_id", flat=True))
    fresh = [entry for entry in entries if entry.cause_id not in known]
    numbers = rows.entry_numbers(len(fresh))
    rows.entries_copy([entry._replace(number=number) for entry, number in zip(fresh, numbers, strict=True)])
    return len(fresh)


class _Made:
    """The books in memory."""

    def __init__(self) -> None:
        self.entries: dict[str, Digest] = defaultdict(Digest)
        self.fees: dict[str, Digest] = defaultdict(Digest)
        self.balances: dict[Place, int] = defaultdict(int)
        self.positions: dict[tuple[str, str], Holding] = defaultdict(Holding)
        corrected = order_selectors.fills_corrected()
        self._restated = {(account, symbol) for account, symbol, _, _ in corrected}
        self._keeper = Bookkeeper(
            schedules=selectors.fee_schedules(),
            currencies=selectors.all_currencies(),
            volumes={},
            standing={},
            numbers=count(1),
            remember={(order, trade) for _, _, order, trade in corrected},
        )

    def take(self, entry: Entry) -> None:
        self.entries[entry.account].add(entry_text(entry))
        for place, amount in entry.lines:
            self.balances[place] += amount

    def book(self, fill: Fill) -> None:
        for entry, fee in self._keeper.book(fill):
            self.take(entry)
            self.fees[entry.account].add(fee_text(fee))
        key = fill.account, fill.symbol
        if key not in self._restated:
            self.positions[key] = filled(self.positions[key], fill.side, fill.quantity, fill.price)

    def differences(self, stored: Stored) -> Iterator[str]:
        for name, mine, theirs in (("entries", self.entries, stored.entries), ("fees", self.fees, stored.fees)):
            for account in sorted(mine.keys() | theirs.keys()):
                own, held = mine.get(account, Digest()), theirs.get(account, Digest())
                if own != held:
                    yield f"{account}: {held.count} {name} stored, {own.count} by the log" + (
                        ", not the same" if own.count == held.count else ""
                    )
        for place in sorted(self.balances.keys() | stored.balances.keys()):
            if self.balances.get(place, 0) != stored.balances.get(place, 0):
                yield f"{' '.join(place)}: {stored.balances.get(place, 0)} stored, {self.balances.get(place, 0)} by the log (1e-16)"
        for key in self._restated:
            self.positions[key] = restated(
                PositionFill(*row) for row in order_selectors.fills_until(*key, stored.fill_seqs.get(key[0], _ALL))
            )
        for key in sorted(self.positions.keys() | stored.positions.keys()):
            if self.positions.get(key, Holding()) != stored.positions.get(key, Holding()):
                yield f"position {' '.join(key)}: {stored.positions.get(key)} stored, {self.positions.get(key)} by the log"


def _fills(offsets: Mapping[int, int], done: Rebuilt, tell: Told) -> Iterator[Sequence[Fill]]:
    """The fills of the log up to these offsets, partition by partition, a chunk at a time."""
    consumer = bus().consumer(None, client_id="rebuild")
    try:
        for partition, end in sorted(offsets.items()):
            where = Partition(EXECUTIONS.name, partition)
            left_out = skipped(bus(), PROJECTION, where)
            consumer.assign({where: consumer.beginning_offsets([where])[where]})
            for records in read_upto(consumer, {where: end}, most=CHUNK):
                kept = [record for record in records if record.offset < end and record.offset not in left_out]
                messages = (read(wire(), record).message for record in kept)
                fills = [fill for one in messages if isinstance(one, Execution) and (fill := fill_of(one)) is not None]
                done.executions += len(kept)
                done.fills += len(fills)
                yield fills
                tell(done)
    finally:
        consumer.close()
