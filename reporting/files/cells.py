"""How a cell is written. A text that a spreadsheet would run as a formula is written so that it stays text."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from reporting.reports.definition import Column, Kind, Row

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", *map(chr, (0xFF1D, 0xFF0B, 0xFF0D, 0xFF20)))
"""Also the full-width signs, which some spreadsheets read as the plain ones."""


_FIRST = frozenset(("", " ", *FORMULA_STARTS))
"""First letters that need a second look; most texts begin otherwise, and a million rows have twenty million cells."""


_WHOLE = ".00000000"
"""A whole number as a column of eight decimals tells it."""


def runs(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula (blanks before it do not save it)."""
    return text.startswith(FORMULA_STARTS) or text.lstrip(" ").startswith(FORMULA_STARTS)


def neutral(text: str) -> str:
    """The text as a CSV cell: with an apostrophe before what would run."""
    return f"'{text}" if runs(text) else text


def number_text(value: Decimal) -> str:
    """Shortest plain text: no exponent, no trailing zeros, no negative zero."""
    written = str(value)
    if "E" in written:
        written = f"{value:f}"
    if written.endswith(_WHOLE):  # most quantities, and a million rows have eight millions of them
        written = written[: -len(_WHOLE)]
    elif "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def time_text(value: datetime) -> str:
    """ISO 8601 UTC with microseconds."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:-6] + "Z"


def _flag(value: bool) -> str:
    return "yes" if value else "no"


WORDS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: str,
    Kind.NUMBER: number_text,
    Kind.COUNT: str,
    Kind.TIME: time_text,
    Kind.DATE: date.isoformat,
    Kind.FLAG: _flag,
}
"""The text of a value that is there, by kind: alike in CSV, PDF and on the screen."""

_JSON: dict[Kind, Callable[[Any], Any]] = {**WORDS, Kind.COUNT: int, Kind.FLAG: bool}


def json_row(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    """A row as REST tells it: decimals and times as text, whole numbers and flags as such, null for nothing."""
    return {column.name: None if value is None else _JSON[column.kind](value) for column, value in zip(columns, row, strict=True)}


def texts(columns: Sequence[Column], rows: Sequence[Row], *, safe: bool) -> Iterable[tuple[str, ...]]:
    """Rows as texts, empty for nothing; `safe` neutralizes texts (numbers of our own making keep their sign). By column: fastest."""
    return zip(
        *(_column(column.kind, values, safe=safe) for column, values in zip(columns, zip(*rows, strict=True), strict=True)), strict=True
    )


def _column(kind: Kind, values: Sequence[Any], *, safe: bool) -> list[str]:
    word = WORDS[kind]
    if kind is Kind.TEXT and safe:
        return ["" if value is None else value if value[:1] not in _FIRST else neutral(value) for value in values]
    return ["" if value is None else word(value) for value in values]
