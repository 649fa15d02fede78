"""How a table fits on a page: sizes, widths, lines. Lengths are points (1/72 inch)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from reportlab.pdfbase.pdfmetrics import stringWidth

from reporting.files.cells import WORDS, number_text
from reporting.reports.definition import Column, Kind, Row
from schemas.units import grouped

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
LARGEST, SMALLEST = 7.5, 5.0
GAP = 7.0
"""Between two columns."""
_WIDEST = 170.0
"""Of a text column at the largest size, before it wraps."""
_NARROWEST = 24.0


class Layout(NamedTuple):
    """Font size, and for each column its width."""

    size: float
    widths: tuple[float, ...]

    @property
    def leading(self) -> float:
        """From one line to the next."""
        return self.size * 1.25


def right(kind: Kind) -> bool:
    """Whether a column is aligned right."""
    return kind in {Kind.NUMBER, Kind.COUNT}


def _time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")


_WORDS: dict[Kind, Callable[[Any], str]] = {**WORDS, Kind.TIME: _time}


def printable(text: str) -> str:
    """The text in the characters of the font (Windows code page 1252); any other is written as its code: none is lost."""
    if text.isascii() and text.isprintable():
        return text
    written = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return written.encode("cp1252", "backslashreplace").decode("cp1252")


def told(columns: Sequence[Column], row: Row) -> list[str]:
    """A row's cells as they are printed."""
    return ["" if value is None else printable(_word(column, value)) for column, value in zip(columns, row, strict=True)]


def _word(column: Column, value: Any) -> str:
    """Prices and money with at least two decimals, so that the points of a column stand below each other."""
    if column.kind is Kind.NUMBER:
        return grouped(number_text(value), 0 if "quantity" in column.name else 2)
    return _WORDS[column.kind](value)


def fitted(columns: Sequence[Column], sample: Sequence[Sequence[str]], available: float) -> Layout:
    """Widths for these rows: as large as fits, and where even the smallest size is too wide, texts wrap."""
    natural = [_natural(column, [row[at] for row in sample]) for at, column in enumerate(columns)]
    room = available - GAP * (len(columns) - 1)
    size = min(LARGEST, LARGEST * room / sum(natural))
    if size >= SMALLEST:
        scale = size / LARGEST
        spare = room - sum(natural) * scale
        return Layout(size, tuple(width * scale + spare / len(columns) for width in natural))
    scale = SMALLEST / LARGEST
    wanted = [width * scale for width in natural]
    firm = sum(width for width, column in zip(wanted, columns, strict=True) if column.kind is not Kind.TEXT)
    loose = sum(wanted) - firm
    shrink = max(room - firm, 0) / loose if loose else 1.0
    widths = [
        width if column.kind is not Kind.TEXT else max(width * shrink, _NARROWEST) for width, column in zip(wanted, columns, strict=True)
    ]
    over = room / sum(widths)
    return Layout(SMALLEST, tuple(width * min(over, 1.0) for width in widths))


def _natural(column: Column, cells: Sequence[str]) -> float:
    head = max(stringWidth(part, BOLD, LARGEST) for part in head_lines(column))
    widest = max((stringWidth(cell, REGULAR, LARGEST) for cell in cells), default=0.0)
    return max(head, min(widest, _WIDEST) if column.kind is Kind.TEXT else widest, _NARROWEST) + 1


def head_lines(column: Column) -> list[str]:
    """A column's head, word by word: long names stand in two lines."""
    words = column.title.split(" ")
    return words if len(words) > 1 and len(column.title) > 8 else [column.title]


def wrapped(text: str, width: float, size: float) -> list[str]:
    """The text in lines of at most this width, broken between words where there are any."""
    if stringWidth(text, REGULAR, size) <= width:
        return [text]
    lines, line = [], ""
    for word in _pieces(text):
        if line and stringWidth(line + word, REGULAR, size) > width:
            lines.append(line.rstrip())
            line = ""
        for char in word if stringWidth(word, REGULAR, size) > width else [word]:
            if line and stringWidth(line + char, REGULAR, size) > width:
                lines.append(line)
                line = ""
            line += char
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    words = text.split(" ")
    return [f"{word} " for word in words[:-1]] + [words[-1]]


def lines_of(columns: Sequence[Column], cells: Sequence[str], layout: Layout) -> list[list[str]]:
    """Each cell's lines."""
    wide: Any = zip(cells, layout.widths, strict=True)
    return [wrapped(cell, width, layout.size) for cell, width in wide]
