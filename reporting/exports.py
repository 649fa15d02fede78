"""Reports as files. A text that a spreadsheet would run as a formula is written so that it stays text."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import StreamingHttpResponse

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CHUNK = 500


def neutral(value: Any, *, number: bool) -> str:
    """The cell's text. Only numbers of our own making may start with a sign."""
    if value is None:
        return ""
    written = str(value)
    return f"'{written}" if not number and written.startswith(_FORMULA_STARTS) else written


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], numbers: frozenset[str]) -> Iterator[str]:
    """Lines of a CSV file (RFC 4180): the header, then a chunk of rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for index, row in enumerate(rows, start=1):
        writer.writerow([neutral(row[column], number=column in numbers) for column in columns])
        if index % _CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def csv_response(name: str, lines: Callable[[], Iterator[str]]) -> StreamingHttpResponse:
    """A download that is written while it is read."""
    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
