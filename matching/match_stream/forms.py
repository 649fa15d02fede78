"""Which fields each `op` takes, what may stand in them, and which must be there: everything that makes a line malformed."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from matching.match_stream.numbers import TooFine, Units
from matching.match_stream.strict_json import Malformed, fields_of
from schemas.enums import AuctionKind, OrderType, Phase, SelfTradePrevention, Side, TimeInForce
from schemas.units import ONE

Reader = Callable[[Any], Any]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Form(NamedTuple):
    """The fields of one `op`: how each is read, and which must be there."""

    takes: dict[str, Reader]
    required: frozenset[str]


class Request(NamedTuple):
    """A well-formed line. `too_fine` names a field whose number has no exact value in 1e-8; it is None in `values`."""

    op: str
    values: dict[str, Any]
    too_fine: str | None


def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _text(value: object) -> str:
    if type(value) is not str:
        raise Malformed("expected a text")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise Malformed("expected true or false")
    return value


def _day(value: object) -> str:
    day = _text(value)
    if not is_date(day):
        raise Malformed("expected a date, YYYY-MM-DD")
    return day


def _one_of(words: type[StrEnum]) -> Reader:
    """A look-up: `KeyError` or `TypeError` for anything else."""
    return {word.value: word.value for word in words}.__getitem__


_units = Units().__getitem__


def _step(value: Any) -> int:
    units = _units(value)
    if units <= 0:
        raise Malformed("expected a number above 0")
    return units


def _depth(value: Any) -> int:
    levels, part = divmod(_units(value), ONE)
    if part or levels < 1:
        raise Malformed("expected a whole number from 1")
    return levels


def _form(required: str, **takes: Reader) -> Form:
    return Form(takes, frozenset(required.split()))


FORMS = {
    "instrument": _form("tick lot", symbol=_text, tick=_step, lot=_step),
    "new": _form(
        "id side type tif quantity",
        id=_text,
        symbol=_text,
        account=_text,
        side=_one_of(Side),
        type=_one_of(OrderType),
        tif=_one_of(TimeInForce),
        quantity=_units,
        price=_units,
        stop_price=_units,
        trail_offset=_units,
        expire_date=_text,
        display_quantity=_units,
        post_only=_flag,
        self_trade_prevention=_one_of(SelfTradePrevention),
    ),
    "cancel": _form("id", id=_text),
    "replace": _form("id", id=_text, quantity=_units, price=_units, stop_price=_units),
    "mass_cancel": _form("", account=_text, symbol=_text, side=_one_of(Side)),
    "phase": _form("phase", symbol=_text, phase=_one_of(Phase), kind=_one_of(AuctionKind), date=_day),
    "uncross": _form("", symbol=_text),
    "book": _form("", symbol=_text, depth=_depth),
}

_EXACT = frozenset({"instrument", "book"})
"""These have no order that could be rejected: a number that is too fine makes the line malformed."""


def read(line: bytes) -> Request:
    """The request a line makes. Raises `Malformed`, saying which field is at fault."""
    values = fields_of(line)
    op = values.pop("op", None)
    form = FORMS.get(op) if type(op) is str else None
    if form is None:
        raise Malformed("no op" if op is None else f"op {ascii(op)[:64]} is unknown")
    takes = form.takes
    too_fine = None
    for name, value in values.items():
        try:
            values[name] = takes[name](value)
        except TooFine:
            too_fine, values[name] = name, None
        except (KeyError, TypeError, Malformed) as error:
            raise Malformed(_fault(op, name, value, error)) from None
    if not form.required <= values.keys():
        raise Malformed(f"{op} without {', '.join(sorted(form.required - values.keys()))}")
    if too_fine and op in _EXACT:
        raise Malformed(f"{too_fine}: more than 8 decimals")
    return Request(op, values, too_fine)


def _fault(op: str, name: str, value: object, error: Exception) -> str:
    if name not in FORMS[op].takes:
        return f"{op} takes no field {ascii(name)[:64]}"
    if isinstance(error, Malformed):
        return f"{name}: {error}"
    return f"{name}: {ascii(value)[:64]} does not belong there"
