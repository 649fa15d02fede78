"""The topic of quotes, as far as it goes when the recording begins, as rows of a file."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from marketdata.domain.written import row_text
from marketdata.recorder.ordering import Place, RowSorter
from marketdata.replay.origin import Origin, origin_of
from oms_site.infra.bus.ports import Bus, Partition, Record
from schemas.messages import Quote
from schemas.topics import QUOTES
from schemas.wire import Wire

_POLL_MS = 500
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows: of these symbols (none: all), with a source's time (microseconds) from `begin` and before `end`, of one replay."""

    symbols: Collection[str] = ()
    begin: int = 0
    end: int = 1 << 62
    replay: int | None = None


@dataclass(slots=True)
class Recording:
    """Reads the topic into a sorter. `decimals` are those of each instrument's prices: rows of other symbols are no market and left out.

    `late` counts the rows that stood on the topic behind later ones of their symbol, `unlisted` the rows left out.
    """

    wire: Wire
    wanted: Wanted
    decimals: Mapping[str, int]
    late: int = 0
    unlisted: int = 0
    _newest: dict[str, int] = field(default_factory=dict)

    def read(self, bus: Bus, sorter: RowSorter, show: Callable[[int, int], bool]) -> int:
        """How many rows are wanted. `show(read, total)` is called between batches and ends it by returning False. Raises `BusError`,
        `CodecError`, `RegistryError`.
        """
        consumer = bus.consumer(None, client_id="recorder")
        try:
            partitions = consumer.partitions(QUOTES.name)
            ends, begin = consumer.end_offsets(partitions), consumer.beginning_offsets(partitions)
            total = sum(ends[partition] - begin[partition] for partition in partitions)
            consumer.assign(begin)
            rows = read = 0
            while any(consumer.position(partition) < end for partition, end in ends.items()):
                if not show(read, total):
                    break
                records = consumer.poll(_POLL_MS, _AT_ONCE)
                read += len(records)
                rows += sorter.add(self._rows(records, ends))
            return rows
        finally:
            consumer.close()

    def _rows(self, records: list[Record], ends: dict[Partition, int]) -> Iterator[tuple[Place, str]]:
        wanted = self.wanted
        for record in records:
            if record.offset >= ends[Partition(record.topic, record.partition)] or (wanted.symbols and record.key not in wanted.symbols):
                continue
            origin = origin_of(record)
            if wanted.replay is not None and (origin is None or origin.replay != wanted.replay):
                continue
            quote: Quote = self.wire.message(QUOTES, record.value)  # type: ignore[assignment]
            decimals = self.decimals.get(quote.symbol)
            if not wanted.begin <= quote.time < wanted.end:
                continue
            if decimals is None:
                self.unlisted += 1
            else:
                self._count(quote)
                at = origin or Origin(0, 0, record.timestamp)
                yield Place(quote.time, *at, record.partition, record.offset), row_text(quote, decimals)

    def _count(self, quote: Quote) -> None:
        newest = self._newest.get(quote.symbol, 0)
        if quote.time < newest:
            self.late += 1
        else:
            self._newest[quote.symbol] = quote.time
