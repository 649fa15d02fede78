"""The market projection: `quotes` and `book` into PostgreSQL and the stream, one update a symbol and batch; prints into candles."""

from marketdata.projection.depth import DepthProjection
from marketdata.projection.listed import ListedQuotes
from oms_site.infra.bus.connection import bus
from oms_site.infra.bus.processor import ProjectionSpec
from schemas.topics import BOOK, QUOTES


def _book_beginnings() -> dict[int, int]:
    consumer = bus().consumer(None, client_id="market-beginnings")
    try:
        beginnings = consumer.beginning_offsets(consumer.partitions(BOOK.name))
    finally:
        consumer.close()
    return {partition.index: offset for partition, offset in beginnings.items()}


DEPTH_PROJECTION = DepthProjection(_book_beginnings)

SPEC = ProjectionSpec(
    name="market",
    handlers={QUOTES.name: (ListedQuotes().project,), BOOK.name: (DEPTH_PROJECTION.project,)},
    min_interval_ms=120,
    gather_ms=20,
    max_records=10_000,
    prepare=DEPTH_PROJECTION.prepare,
)
