"""The filters reports share. A word that no row can have is refused; an account or symbol nobody knows has no rows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import choice, moment
from oms_site.infra.rest.parsing import text
from reporting.reports.definition import Filter
from schemas.enums import Side

LONGEST = 64


def equals(name: str, help_text: str, *, field: str = "", longest: int = LONGEST, required: bool = False) -> Filter:
    """Rows whose field is this text."""
    where = field or name
    return Filter(
        name,
        help_text,
        lambda value, of: text(value, of, max_length=longest),
        lambda rows, value: rows.filter(**{where: value}),
        required=required,
    )


def word(name: str, words: Iterable[str], help_text: str = "", *, field: str = "") -> Filter:
    """Rows whose field is this one of a closed set of words."""
    known = tuple(words)
    where = field or name
    return Filter(
        name,
        help_text,
        lambda value, of: choice(value, of, known),
        lambda rows, value: rows.filter(**{where: value}),
        choices=known,
        form="choice",
    )


def period(field: str, what: str) -> tuple[Filter, Filter]:
    """`from` (at or after) and `to` (before) about a time."""
    return (
        Filter("from", f"{what} at or after: a date or an ISO 8601 time with its zone", moment, _compare(field, "gte"), form="time"),
        Filter("to", f"{what} before: a date or an ISO 8601 time with its zone", moment, _compare(field, "lt"), form="time"),
    )


def day(name: str, help_text: str, *, field: str = "", required: bool = False) -> Filter:
    """Rows of this date."""
    return Filter(name, help_text, date_read, _compare(field or name, "exact"), form="date", required=required)


def date_read(value: str, field: str) -> date:
    """A date as `2026-11-24`. Raises `InvalidInput`."""
    if len(value) != len("2026-11-24"):
        raise InvalidInput(f"{field}: must be a date like 2026-11-24", field=field)
    return moment(value, field).date()


def _compare(field: str, how: str) -> Any:
    return lambda rows, value: rows.filter(**{f"{field}__{how}": value})


ACCOUNT = equals("account", "one of the accounts you see; any other has nothing")
SYMBOL = equals("symbol", "an instrument's symbol")
SIDE = word("side", tuple(side.value for side in Side), "the order's side")
