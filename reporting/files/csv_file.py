"""CSV (RFC 4180, UTF-8): the header, then the rows."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from reporting.files.cells import texts
from reporting.reports.definition import Column, Row


def csv_pieces(columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """The file in pieces, one for each batch of rows. Its bytes are what `data_hash` of a PDF is of."""
    yield _written([[column.name for column in columns]])
    for rows in batches:
        yield csv_piece(columns, rows)


def csv_piece(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """Rows as lines."""
    return _written(texts(columns, rows, safe=True))


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode("utf-8", "surrogatepass")
