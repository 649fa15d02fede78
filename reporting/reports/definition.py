"""What a report is: its columns with their types, its filters, the rows, who may read it.

A report gives its rows as tuples of plain values, one for each column, in one order. A page of the screen is a piece of that sequence and a
file is all of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from oms_site.infra.errors import InvalidInput
from risk import selectors as risk_selectors
from risk.domain.roles import Role

Row = tuple[Any, ...]
BATCH = 2_000
"""Rows that are in memory at once while a file is made."""
_BETWEEN = "~"
"""Between the keys in a cursor: no time has it."""


class Kind(StrEnum):
    """What a column holds, and so how a cell is written: `NUMBER` is a `Decimal` (money, price, quantity), `COUNT` a whole number."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    TIME = "time"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in REST and in files, its kind, its unit where one is fixed, and what a reader may ask."""

    name: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    help: str = ""

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads, the accounts the person sees, and when."""

    actor: Any
    accounts: frozenset[str]
    now: datetime

    @classmethod
    def of(cls, actor: Any, now: datetime) -> "Viewer":
        """The viewer that a user is: one query."""
        return cls(actor, frozenset(risk_selectors.visible_accounts(actor)), now)


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a report. `read` makes the value of the text (or raises `InvalidInput`); `narrow` takes the rows and the value."""

    name: str
    help: str
    read: Callable[[str, str], Any]
    narrow: Callable[[Any, Any], Any]
    choices: tuple[str, ...] = ()
    form: str = "text"
    required: bool = False


Values = Mapping[str, Any]
"""The filters given, as values, by name."""


class Report(Protocol):
    """What the screen, REST and the files know of a report."""

    @property
    def name(self) -> str:
        """As in the address."""

    @property
    def title(self) -> str:
        """As people call it."""

    @property
    def purpose(self) -> str:
        """What it is for, in a sentence."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """In order."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        """In order."""

    @property
    def roles(self) -> frozenset[Role]:
        """Who may read it, each of the accounts the person sees."""

    def page(self, viewer: Viewer, values: Values, after: str | None, size: int) -> tuple[list[Row], str | None]:
        """`size` rows behind the key `after`, and the key to go on behind (None: that was all). Raises `InvalidInput` on `cursor`."""

    def batches(self, viewer: Viewer, values: Values) -> Iterator[list[Row]]:
        """All rows as of one moment, in pieces."""

    def count(self, viewer: Viewer, values: Values) -> int:
        """How many rows there are."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """A report of rows of the database. `rows` narrows to what the viewer may see; the field `key` is unique and says the order, after
    the field `by` where there is one.

    `fields` are fetched (the key is fetched besides); `told` makes rows of the report of a batch of them, one of each (or several:
    then `counted` counts them).
    """

    name: str
    title: str
    purpose: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    rows: Callable[[Viewer], QuerySet[Any]]
    fields: tuple[str, ...]
    told: Callable[[Sequence[Row], Viewer], Iterable[Row]] = lambda rows, _: rows
    key: str = "pk"
    by: str = ""
    descending: bool = True
    roles: frozenset[Role] = frozenset(Role)
    counted: Callable[[QuerySet[Any]], int] = lambda rows: rows.order_by().count()

    def page(self, viewer: Viewer, values: Values, after: str | None, size: int) -> tuple[list[Row], str | None]:
        """A page by key: as fast at the end as at the beginning, stable while rows arrive."""
        found = self._narrowed(viewer, values)
        if after is not None:
            found = found.filter(self._behind(found, after))
        rows = list(self._fetched(found)[: size + 1])
        following = self._cursor(rows[size - 1]) if len(rows) > size else None
        return self._rows(rows[:size], viewer), following

    def batches(self, viewer: Viewer, values: Values) -> Iterator[list[Row]]:
        """By a cursor at the server: neither side holds all of them."""
        with transaction.atomic():
            found = self._fetched(self._narrowed(viewer, values)).iterator(chunk_size=BATCH)
            batch = []
            for row in found:
                batch.append(row)
                if len(batch) == BATCH:
                    yield self._rows(batch, viewer)
                    batch = []
            if batch:
                yield self._rows(batch, viewer)

    def count(self, viewer: Viewer, values: Values) -> int:
        """Exactly."""
        return self.counted(self._narrowed(viewer, values))

    def _narrowed(self, viewer: Viewer, values: Values) -> QuerySet[Any]:
        found = self.rows(viewer)
        for one in self.filters:
            if one.name in values:
                found = one.narrow(found, values[one.name])
        return found

    def _fetched(self, found: QuerySet[Any]) -> QuerySet[Any]:
        sign = "-" if self.descending else ""
        return found.order_by(*(f"{sign}{name}" for name in self._keys)).values_list(*self._keys, *self.fields)

    def _rows(self, fetched: Sequence[Row], viewer: Viewer) -> list[Row]:
        return list(self.told([row[len(self._keys) :] for row in fetched], viewer))

    @property
    def _keys(self) -> tuple[str, ...]:
        return (self.by, self.key) if self.by else (self.key,)

    def _cursor(self, row: Row) -> str:
        """A fetched row's keys as text."""
        return _BETWEEN.join(key.isoformat() if isinstance(key, datetime) else str(key) for key in row[: len(self._keys)])

    def _behind(self, found: QuerySet[Any], after: str) -> Q:
        """Rows that come behind these keys."""
        than = "lt" if self.descending else "gt"
        texts = after.split(_BETWEEN, len(self._keys) - 1)
        if len(texts) < len(self._keys):
            raise _no_cursor()
        *first, key = (_read(found, name, text) for name, text in zip(self._keys, texts, strict=True))
        behind = Q(**{f"{self.key}__{than}": key})
        return Q(**{f"{self.by}__{than}e": first[0]}) & (Q(**{f"{self.by}__{than}": first[0]}) | behind) if first else behind


def _read(found: QuerySet[Any], name: str, text: str) -> Any:
    """A key's value. Raises `InvalidInput`."""
    meta = found.model._meta
    field = meta.pk if name == "pk" else meta.get_field(name)
    try:
        value = field.to_python(text)
    except (ValueError, ValidationError):
        raise _no_cursor() from None
    if isinstance(value, datetime) and value.tzinfo is None:
        raise _no_cursor()
    return value


def _no_cursor() -> InvalidInput:
    return InvalidInput("cursor: take it from 'next' of the page before", field="cursor")


@dataclass(frozen=True, slots=True)
class ListReport:
    """A report that is made whole, of at most some thousand rows: what is folded for one account and day. The key is the row's number.

    `letter` (`reports.letters`) says how it reads on paper.
    """

    name: str
    title: str
    purpose: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    lines: Callable[[Viewer, Values], list[Row]]
    letter: Any
    roles: frozenset[Role] = frozenset(Role)

    def page(self, viewer: Viewer, values: Values, after: str | None, size: int) -> tuple[list[Row], str | None]:
        """A piece of the list."""
        if after is not None and not (after.isascii() and after.isdigit() and len(after) < 10):
            raise _no_cursor()
        start = int(after or 0)
        lines = self.lines(viewer, values)
        return lines[start : start + size], str(start + size) if len(lines) > start + size else None

    def batches(self, viewer: Viewer, values: Values) -> Iterator[list[Row]]:
        """The list."""
        with transaction.atomic():
            yield self.lines(viewer, values)

    def count(self, viewer: Viewer, values: Values) -> int:
        """Its length."""
        return len(self.lines(viewer, values))


def values_read(report: Report, params: Mapping[str, str]) -> dict[str, Any]:
    """The values of the filters in `params` (others are left alone). Raises `InvalidInput` on the filter's name."""
    values = {}
    for one in report.filters:
        if one.name in params:
            values[one.name] = one.read(params[one.name], one.name)
        elif one.required:
            raise InvalidInput(f"{one.name}: this report is of one {one.name}, say which", field=one.name)
    return values
