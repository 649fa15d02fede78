"""Single fields of a request: objects, words, numbers, flags, dates and text, each refused by name."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from oms_site.infra.errors import InvalidInput
from orders.domain.numbers import units
from schemas.units import format_units

TEXT_LENGTH = 64
REASON_LENGTH = 200

LARGEST_PRICE = 10**9 * 10**8
"""A billion: with a 64-bit integer of 1e-8 the wire could carry 92 times that."""

_READ_ONLY = frozenset(
    {
        *("id", "status", "cum_quantity", "cum_qty", "leaves_quantity", "avg_price", "reject", "version", "created_at", "updated_at"),
        *("triggered", "trade_date", "day_quantity", "day_cum_quantity", "source"),
    }
)
_CODE = re.compile(r"[^\x00\ud800-\udfff]{1,32}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Terms(NamedTuple):
    """What an instrument allows, in 1e-8, and how many decimals follow from tick and lot."""

    tick: int
    lot: int
    max_quantity: int
    price_decimals: int
    quantity_decimals: int


def as_object(body: Any, message: str) -> dict[str, Any]:
    """The body, if it is a JSON object."""
    if not isinstance(body, dict):
        raise InvalidInput(message)
    return body


def only(given: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse an unknown field, and null for one that is known."""
    for name, value in given.items():
        if name not in known:
            raise _unknown(name, known)
        if value is None:
            raise InvalidInput(f"{name}: null is no value; leave the field out", field=name)


def _unknown(name: str, known: Iterable[str]) -> InvalidInput:
    shown = name[:TEXT_LENGTH].encode("ascii", "replace").decode()
    if name in _READ_ONLY:
        return InvalidInput(f"{name}: read-only, it follows from what happens to the order", field=name)
    return InvalidInput(f"{shown}: unknown field; known: {', '.join(sorted(known))}", field=shown)


def word(value: Any, field: str, words: type[StrEnum]) -> str:
    """One of a closed set of words."""
    if type(value) is not str or value not in {known.value for known in words}:
        raise InvalidInput(f"{field}: must be one of {', '.join(known.value for known in words)}", field=field)
    return value


def flag(value: Any, field: str) -> bool:
    """True or false, nothing that only looks like it."""
    if type(value) is not bool:
        raise InvalidInput(f"{field}: must be true or false", field=field)
    return value


def quantity(value: Any, terms: Terms, field: str = "quantity") -> int:
    """A number of whole lots, at most the instrument's largest."""
    number = units(value, field, step=terms.lot, decimals=terms.quantity_decimals, step_name="lot")
    if number > terms.max_quantity:
        raise InvalidInput(f"{field}: at most {format_units(terms.max_quantity)} in one order of this instrument", field=field)
    return number


def price(value: Any, terms: Terms, field: str = "price") -> int:
    """A price, or a distance between prices, on the tick."""
    number = units(value, field, step=terms.tick, decimals=terms.price_decimals, step_name="tick")
    if number > LARGEST_PRICE:
        raise InvalidInput(f"{field}: at most {format_units(LARGEST_PRICE)}", field=field)
    return number


def day(value: Any, field: str) -> str:
    """A day of the calendar written YYYY-MM-DD. Whether it has passed is not known here."""
    if type(value) is str and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise InvalidInput(f"{field}: there is no such day", field=field) from None
    raise InvalidInput(f"{field}: must be a date such as 2026-11-30", field=field)


def name(given: dict[str, Any]) -> str | None:
    """The client's own name for an order or request, if it has one."""
    return text(given["client_order_id"], "client_order_id", TEXT_LENGTH) if "client_order_id" in given else None


def text(value: Any, field: str, length: int) -> str:
    """Text of 1 to `length` characters that can be stored."""
    if type(value) is not str or not 0 < len(value) <= length:
        raise InvalidInput(f"{field}: must be text of 1 to {length} characters", field=field)
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value):
        raise InvalidInput(f"{field}: holds a character that cannot be stored", field=field)
    return value


def code(value: Any, field: str, remedy: str) -> str:
    """Text that may be an account's or symbol's code."""
    if not is_code(value):
        raise InvalidInput(f"{field}: {remedy}", field=field)
    return str(value)


def is_code(value: Any) -> bool:
    """Whether `value` may be a code at all."""
    return type(value) is str and _CODE.fullmatch(value) is not None
