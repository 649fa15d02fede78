"""Reports as files. A text that a spreadsheet would run as a formula is written so that it stays text."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse

from oms_site.infra.errors import InvalidInput

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
MAX_ROWS = 200_000
"""Rows of one file: it is made in memory, whole or not at all."""


def neutral(value: Any, *, number: bool) -> str:
    """The cell's text. Only numbers of our own making may start with a sign."""
    if value is None:
        return ""
    written = str(value)
    return f"'{written}" if not number and written.startswith(_FORMULA_STARTS) else written


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], numbers: frozenset[str], *, most: int = MAX_ROWS) -> str:
    """A CSV file (RFC 4180): the header, then the rows. Raises `InvalidInput` beyond `most` rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for index, row in enumerate(rows):
        if index == most:
            raise InvalidInput(f"export: more than {most} rows; narrow the report, by time for example", field="export")
        writer.writerow([neutral(row[column], number=column in numbers) for column in columns])
    return buffer.getvalue()


def csv_response(name: str, text: str) -> HttpResponse:
    """A download."""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
