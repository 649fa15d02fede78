"""How a report reads as a letter to an account: its parts, each a table of some of the columns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reporting.reports.definition import Column, Row, Values


@dataclass(frozen=True, slots=True)
class Part:
    """Rows whose first column is `name`, under a title, with these columns alone."""

    name: str
    title: str
    columns: tuple[str, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts in order; `about` is the line under the title, `figures` what is told first: (name, amount) pairs."""

    parts: tuple[Part, ...]
    about: Callable[[Values], str]
    figures: Callable[[Sequence[Row]], Sequence[tuple[str, str]]]


def picked(columns: Sequence[Column], part: Part, rows: Sequence[Row]) -> tuple[list[Column], list[Row]]:
    """The columns and rows of one part."""
    places = [next(at for at, column in enumerate(columns) if column.name == name) for name in part.columns]
    return [columns[at] for at in places], [tuple(row[at] for at in places) for row in rows if row[0] == part.name]
