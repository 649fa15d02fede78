"""A report as a file: which formats there are, and how one is made."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from oms_site.infra.errors import InvalidInput
from reporting.files.csv_file import csv_piece, csv_pieces
from reporting.files.pdf_file import Heading, PdfDocument
from reporting.files.xlsx_file import xlsx_write
from reporting.reports.definition import Column, Report, Row, Values, Viewer
from reporting.reports.letters import Letter, picked

PDF_ROWS = 50_000
"""A PDF is for people: a thousand pages at most. Longer reports are for programs, as CSV or XLSX."""

FORMATS: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
"""Format to media type."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: a report for a viewer, narrowed by the values of `params` (as they were written), in a format."""

    report: Report
    viewer: Viewer
    params: Mapping[str, str]
    values: Values
    format: str

    @property
    def name(self) -> str:
        """The file's."""
        return f"{self.report.name}-{self.viewer.now:%Y%m%d-%H%M%S}.{self.format}"


def file_make(wanted: Wanted, out: IO[bytes], told: Callable[[int], None] = lambda _: None) -> int:
    """Write the file; how many rows it has. `told` hears of rows as they are read, and may raise to stop.

    Raises `InvalidInput` for a PDF of more than `PDF_ROWS` rows.
    """
    counted = _Counted(wanted.report.batches(wanted.viewer, wanted.values), told)
    columns = wanted.report.columns
    match wanted.format:
        case "csv":
            for piece in csv_pieces(columns, counted):
                out.write(piece)
        case "xlsx":
            xlsx_write(out, wanted.report.title, columns, counted)
        case "pdf":
            _pdf(wanted, out, counted)
        case _:
            raise InvalidInput(f"export: must be one of {', '.join(FORMATS)}", field="export")
    return counted.rows


class _Counted:
    """Batches, counted as they pass."""

    def __init__(self, batches: Iterable[Sequence[Row]], told: Callable[[int], None]) -> None:
        self.rows = 0
        self._batches = batches
        self._told = told

    def __iter__(self) -> Iterator[Sequence[Row]]:
        for batch in self._batches:
            self.rows += len(batch)
            self._told(self.rows)
            yield batch


def _pdf(wanted: Wanted, out: IO[bytes], batches: Iterable[Sequence[Row]]) -> None:
    report, viewer = wanted.report, wanted.viewer
    hashed = Hashed(report.columns, batches)
    filters = [(one.name, wanted.params[one.name]) for one in report.filters if one.name in wanted.params]
    letter: Letter | None = getattr(report, "letter", None)
    if letter is None:
        _require_few(report.count(viewer, wanted.values))
        document = PdfDocument(out, Heading(report.title, report.purpose, filters, viewer.now, str(viewer.actor)))
        document.table(report.columns, hashed)
    else:
        rows = [row for batch in hashed for row in batch]  # a letter's rows are folded: counting them beforehand would fold them twice
        _require_few(len(rows))
        heading = Heading(report.title, letter.about(wanted.values), (), viewer.now, str(viewer.actor), unfiltered="")
        document = PdfDocument(out, heading, upright=True)
        _letter(document, letter, report.columns, rows)
    document.finish(hashed.digest)


def _require_few(rows: int) -> None:
    if rows > PDF_ROWS:
        raise InvalidInput(
            f"export: a PDF has at most {PDF_ROWS:,} rows, this would have {rows:,}: narrow it, or take csv or xlsx", field="export"
        )


def _letter(document: PdfDocument, letter: Letter, columns: Sequence[Column], rows: Sequence[Row]) -> None:
    document.figures(letter.figures(rows))
    for part in letter.parts:
        of, lines = picked(columns, part, rows)
        document.section(part.title, f"{len(lines):,} {'line' if len(lines) == 1 else 'lines'}")
        document.table(of, [lines], empty=part.empty)


class Hashed:
    """Batches, hashed as they pass: as the CSV file of them would be."""

    def __init__(self, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> None:
        self._columns = columns
        self._batches = batches
        self._hash = hashlib.sha256(b"".join(csv_pieces(columns, ())))

    def __iter__(self) -> Iterator[Sequence[Row]]:
        for batch in self._batches:
            self._hash.update(csv_piece(self._columns, batch))
            yield batch

    @property
    def digest(self) -> str:
        """SHA-256 so far, in hexadecimal."""
        return self._hash.hexdigest()
