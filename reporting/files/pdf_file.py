"""Reports as PDF: a head with the filters, the table, and on each page its number, how many there are, and the hash of the data.

How many pages and which hash are known at the end only: each page refers to one drawing that is made last, so the rows are read once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO, Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from reporting.files.pdf_layout import BOLD, GAP, REGULAR, Layout, fitted, head_lines, lines_of, printable, right, told, wrapped
from reporting.reports.definition import Column, Row

MARGIN = 36.0
_INK, _MUTED, _LINE, _BAND, _BRAND = map(HexColor, ("#172033", "#5b6780", "#d5dbe6", "#f4f6fa", "#1f4e8c"))
_HEAD_SPACE, _FOOT_SPACE = 58.0, 34.0
_LATE = "late"
_OF_WIDTH = 26.0
_SAMPLE = 400
_BOXES = 4
HOUSE = "Order management"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands on top of each page."""

    title: str
    about: str
    filters: Sequence[tuple[str, str]]
    made_at: datetime
    made_for: str
    unfiltered: str = "not filtered"


class PdfDocument:
    """A document that grows row by row; `finish` numbers it and writes it."""

    def __init__(self, out: IO[bytes], heading: Heading, *, upright: bool = False) -> None:
        self.width, self.height = A4 if upright else landscape(A4)
        self.canvas: Any = Canvas(out, pagesize=(self.width, self.height), pageCompression=1, invariant=1)
        self.heading = heading
        self.canvas.setTitle(f"{heading.title} - {HOUSE}")
        self.canvas.setAuthor(HOUSE)
        self.canvas.setSubject(heading.about)
        self.page = 0
        self.y = 0.0
        self.head_height = _HEAD_SPACE
        self._turn()

    @property
    def room(self) -> float:
        """Width between the margins."""
        return self.width - 2 * MARGIN

    def need(self, height: float) -> bool:
        """Make sure of so much room on this page; whether a page was turned for it."""
        if self.y - height >= MARGIN + _FOOT_SPACE:
            return False
        self._turn()
        return True

    def text(self, x: float, y: float, text: str, *, size: float = 8.0, font: str = REGULAR, color: Any = _INK, end: bool = False) -> None:
        """A line of text from `x` on, or ending there."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        (self.canvas.drawRightString if end else self.canvas.drawString)(x, y, printable(text))

    def section(self, title: str, note: str = "") -> None:
        """The title of a part, kept together with what follows it."""
        self.need(64)
        self.y -= 20
        self.text(MARGIN, self.y, title, size=10.5, font=BOLD, color=_BRAND)
        if note:
            self.text(self.width - MARGIN, self.y, note, size=7.5, color=_MUTED, end=True)
        self.y -= 8

    def figures(self, told: Sequence[tuple[str, str]]) -> None:
        """What a reader looks for first, in boxes side by side, at most four in a row."""
        rows = -(-len(told) // _BOXES)
        in_row = -(-len(told) // rows)
        for start in range(0, len(told), in_row):
            self._boxes(told[start : start + in_row])

    def _boxes(self, told: Sequence[tuple[str, str]]) -> None:
        height, width = 40.0, (self.room - GAP * (len(told) - 1)) / len(told)
        self.need(height + 8)
        for at, (name, value) in enumerate(told):
            x = MARGIN + at * (width + GAP)
            self.canvas.setFillColor(_BAND)
            self.canvas.roundRect(x, self.y - height, width, height, 3, stroke=0, fill=1)
            self.text(x + 8, self.y - 14, name, size=7, color=_MUTED)
            lines = wrapped(printable(value), width - 16, 9)[:2]
            for line, text in enumerate(lines):
                self.text(x + 8, self.y - (28 if len(lines) == 1 else 24) - line * 10, text, size=9, font=BOLD)
        self.y -= height + 4

    def table(self, columns: Sequence[Column], batches: Iterable[Sequence[Row]], *, empty: str = "No rows.") -> int:
        """A table of rows as they come; how many there were. Widths follow from the first of them."""
        rows = chain.from_iterable(batches)
        sample = [told(columns, row) for row, _ in zip(rows, range(_SAMPLE), strict=False)]
        layout = fitted(columns, sample, self.room)
        self._table_head(columns, layout)
        count = 0
        for cells in chain(sample, (told(columns, row) for row in rows)):
            self._line(columns, cells, layout, striped=count % 2 == 1)
            count += 1
        if not count:
            self.y -= 14
            self.text(MARGIN, self.y, empty, size=8, color=_MUTED)
        return count

    def finish(self, data_hash: str) -> None:
        """Number the pages, put the hash of the data on each, write the file."""
        self._foot()
        self.canvas.showPage()
        self.canvas.beginForm(_LATE, 0, 0, self.width, self.height)
        self.text(self.width - MARGIN - _OF_WIDTH + 2, MARGIN, f"of {self.page}", size=7, color=_MUTED)
        self.text(MARGIN, MARGIN, f"SHA-256 of the data (as CSV): {data_hash}", size=6, color=_MUTED)
        self.canvas.endForm()
        self.canvas.save()

    def _turn(self) -> None:
        if self.page:
            self._foot()
            self.canvas.showPage()
        self.page += 1
        top = self.height - MARGIN
        self.canvas.setFillColor(_BRAND)
        self.canvas.rect(MARGIN, top - 2, self.room, 2, stroke=0, fill=1)
        self.text(MARGIN, top - 20, self.heading.title, size=15, font=BOLD)
        self.text(self.width - MARGIN, top - 15, HOUSE, size=9, font=BOLD, color=_BRAND, end=True)
        self.text(self.width - MARGIN, top - 26, f"as of {self.heading.made_at:%Y-%m-%d %H:%M:%S} UTC", size=7, color=_MUTED, end=True)
        self.text(MARGIN, top - 33, self.heading.about, size=8, color=_MUTED)
        shown = "    ".join(f"{name}: {value}" for name, value in self.heading.filters) or self.heading.unfiltered
        self.text(MARGIN, top - 45, self._clipped(shown), size=7.5)
        self.y = top - _HEAD_SPACE

    def _clipped(self, text: str) -> str:
        while stringWidth(printable(text), REGULAR, 7.5) > self.room:
            text = text[:-4] + "..."
        return text

    def _foot(self) -> None:
        y = MARGIN + 12
        self.canvas.setStrokeColor(_LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, y, self.width - MARGIN, y)
        self.text(self.width - MARGIN - _OF_WIDTH, MARGIN, f"page {self.page}", size=7, color=_MUTED, end=True)
        made = f"for {self.heading.made_for}    all times UTC"
        self.text(self.width - MARGIN - _OF_WIDTH - 52, MARGIN, made, size=6, color=_MUTED, end=True)
        self.canvas.doForm(_LATE)

    def _table_head(self, columns: Sequence[Column], layout: Layout) -> None:
        heads = [head_lines(column) for column in columns]
        height = max(map(len, heads)) * layout.leading + 6
        self.canvas.setFillColor(_BAND)
        self.canvas.rect(MARGIN - 3, self.y - height, self.room + 6, height, stroke=0, fill=1)
        self._cells(columns, heads, layout, self.y - 3, font=BOLD, color=_BRAND)
        self.canvas.setStrokeColor(_BRAND)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(MARGIN - 3, self.y - height, self.width - MARGIN + 3, self.y - height)
        self.y -= height

    def _line(self, columns: Sequence[Column], cells: Sequence[str], layout: Layout, *, striped: bool) -> None:
        lines = lines_of(columns, cells, layout)
        height = max(map(len, lines)) * layout.leading + 3
        if self.need(height):
            self._table_head(columns, layout)
        if striped:
            self.canvas.setFillColor(_BAND)
            self.canvas.rect(MARGIN - 3, self.y - height, self.room + 6, height, stroke=0, fill=1)
        self._cells(columns, lines, layout, self.y - 1.5)
        self.y -= height

    def _cells(
        self,
        columns: Sequence[Column],
        lines: Sequence[Sequence[str]],
        layout: Layout,
        top: float,
        *,
        font: str = REGULAR,
        color: Any = _INK,
    ) -> None:
        self.canvas.setFont(font, layout.size)
        self.canvas.setFillColor(color)
        x = MARGIN
        for column, width, cell in zip(columns, layout.widths, lines, strict=True):
            for at, line in enumerate(cell):
                y = top - (at + 1) * layout.leading + layout.size * 0.25
                if right(column.kind):
                    self.canvas.drawRightString(x + width, y, line)
                else:
                    self.canvas.drawString(x, y, line)
            x += width + GAP
