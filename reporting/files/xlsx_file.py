"""XLSX (ECMA-376) written as it comes: each row is a line of XML that goes into the archive at once. See ADR 0015.

Numbers, times and dates are cells of their type. A number of more than 15 digits is a text, because a spreadsheet would round it. A text
is an inline string, which is never run; one that looks like a formula carries `quotePrefix` too, so that it stays text when it is edited.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

from reporting.files import xlsx_parts as parts
from reporting.files.cells import number_text, runs
from reporting.reports.definition import Column, Kind, Row

SHEET_ROWS = 1_048_576
"""What a sheet holds: more rows go on on the next one."""
_EXACT_DIGITS = 15
_LONGEST = 32_767
_CUT = " (cut here: whole in CSV)"
_DAY = 86_400
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_EPOCH_DAY = date(1899, 12, 30)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_EMPTY = "<c/>"


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - len(_CUT)] + _CUT
    style = f' s="{parts.QUOTED}"' if runs(text) else ""
    written = _ILLEGAL.sub(lambda hit: f"_x{ord(hit[0]):04X}_", escape(text)) if not text.isalnum() else text
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{written}</t></is></c>'


def _number(value: Decimal) -> str:
    written = number_text(value)
    if len(written) > _EXACT_DIGITS and sum(map(str.isdigit, written.strip("-0.").replace(".", ""))) > _EXACT_DIGITS:
        return _text(written)
    return f'<c s="{parts.NUMBER}"><v>{written}</v></c>'


def _count(value: int) -> str:
    return f"<c><v>{value}</v></c>" if abs(value) < 10**_EXACT_DIGITS else _text(value)


def _time(value: datetime) -> str:
    since = value - _EPOCH
    day = since.days + (since.seconds + since.microseconds / 1_000_000) / _DAY
    return f'<c s="{parts.TIME}"><v>{day!r}</v></c>'


def _date(value: date) -> str:
    return f'<c s="{parts.DATE}"><v>{(value - _EPOCH_DAY).days}</v></c>'


def _flag(value: bool) -> str:
    return f'<c t="b"><v>{int(value)}</v></c>'


_CELLS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.TIME: _time,
    Kind.DATE: _date,
    Kind.FLAG: _flag,
}


def xlsx_write(
    out: IO[bytes],
    title: str,
    columns: Sequence[Column],
    batches: Iterable[Sequence[Row]],
    *,
    sheet_rows: int = SHEET_ROWS,
) -> None:
    """Write a workbook: sheets of at most `sheet_rows` rows, each with the header, which stays in view."""
    cells = [_CELLS[column.kind] for column in columns]
    head = "<row>" + "".join(parts.head_cell(column.title) for column in columns) + "</row>"
    start = parts.sheet_start([parts.WIDTHS[column.kind] for column in columns]) + head
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        sheets, room = 0, 0
        sheet: Any = None
        for rows in batches:
            lines = [
                "<row>" + "".join([_EMPTY if value is None else cell(value) for cell, value in zip(cells, row, strict=True)]) + "</row>"
                for row in rows
            ]
            while lines:
                if not room:
                    sheet = _next_sheet(archive, sheet, sheets := sheets + 1, start)
                    room = sheet_rows - 1
                sheet.write("".join(lines[:room]).encode())
                lines, room = lines[room:], max(room - len(lines), 0)
        if sheet is None:
            sheet = _next_sheet(archive, None, sheets := 1, start)
        _close(sheet)
        for name, text in parts.workbook(title, sheets):
            archive.writestr(name, text)


def _next_sheet(archive: zipfile.ZipFile, sheet: Any, number: int, start: str) -> Any:
    if sheet is not None:
        _close(sheet)
    opened = archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True)
    opened.write(start.encode())
    return opened


def _close(sheet: Any) -> None:
    sheet.write(parts.SHEET_END.encode())
    sheet.close()
