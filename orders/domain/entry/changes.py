"""Changes asked for: new terms of an order, a split, a mass cancel's scope, the reason of the desk."""

from typing import Any, NamedTuple

from oms_site.infra.errors import InvalidInput
from orders.domain.entry import fields
from orders.domain.entry.fields import REASON_LENGTH, Terms
from orders.domain.entry.types import NEEDS
from schemas.enums import Side

REPLACE_FIELDS = frozenset({"quantity", "price", "stop_price", "client_order_id"})
_NARROWING = frozenset({"account", "symbol", "side", "trader"})
SCOPE_FIELDS = _NARROWING | {"reason", "all"}

_NAME_LENGTH = 150
_LARGEST_RATIO = 10_000


class Replacement(NamedTuple):
    """New terms asked for; None keeps what is."""

    quantity: int | None
    price: int | None
    client_order_id: str | None = None
    stop_price: int | None = None


class Scope(NamedTuple):
    """Which orders a mass cancel covers; None means all. `trader` is the user who entered them."""

    account: str | None
    symbol: str | None
    side: str | None
    reason: str | None
    trader: str | None = None


class Correction(NamedTuple):
    """What a trade is to be; both None when it is busted."""

    quantity: int | None
    price: int | None


BUST = Correction(None, None)


def parse_correction(quantity: Any, price: Any, terms: Terms) -> Correction:
    """A correction: a quantity and a price that the instrument allows."""
    return Correction(fields.quantity(quantity, terms), fields.price(price, terms))


def parse_replace(body: Any, order_type: str, terms: Terms) -> Replacement:
    """A replace body for an order of this type: at least one new term."""
    given = fields.as_object(body, "the body must be a JSON object")
    fields.only(given, REPLACE_FIELDS)
    for name in ("price", "stop_price"):
        if name in given and name not in NEEDS[order_type]:
            raise InvalidInput(f"{name}: a {order_type.replace('_', '-')} order has none", field=name)
    if not given.keys() & {"quantity", "price", "stop_price"}:
        raise InvalidInput("nothing to replace: give a quantity, a price or a stop price, as far as the order has them")
    return Replacement(
        fields.quantity(given["quantity"], terms) if "quantity" in given else None,
        fields.price(given["price"], terms) if "price" in given else None,
        fields.name(given),
        fields.price(given["stop_price"], terms, "stop_price") if "stop_price" in given else None,
    )


def parse_scope(body: Any) -> Scope:
    """A mass-cancel body: a scope, or all said outright."""
    given = fields.as_object(body, "the body must be a JSON object")
    fields.only(given, SCOPE_FIELDS)
    if "all" in given and given["all"] is not True:
        raise InvalidInput("all: can only be true", field="all")
    narrowed = given.keys() & _NARROWING
    if narrowed and "all" in given:
        raise InvalidInput("all: leave it out, or leave out account, symbol, side and trader", field="all")
    if not narrowed and "all" not in given:
        raise InvalidInput('what to cancel: give account, symbol, side or trader, or {"all": true}')
    return Scope(
        fields.code(given["account"], "account", "must name an account you may cancel orders of") if "account" in given else None,
        fields.code(given["symbol"], "symbol", "unknown symbol; /api/instruments lists them") if "symbol" in given else None,
        fields.word(given["side"], "side", Side) if "side" in given else None,
        parse_reason(given["reason"]) if "reason" in given else None,
        fields.text(given["trader"], "trader", _NAME_LENGTH) if "trader" in given else None,
    )


def parse_reason(value: Any) -> str:
    """Why the desk does something, in a person's words."""
    return fields.text(value, "reason", REASON_LENGTH)


def parse_split(numerator: Any, denominator: Any) -> tuple[int, int]:
    """A split of `numerator` new for `denominator` old, each a whole number above zero."""
    return _whole(numerator, "numerator"), _whole(denominator, "denominator")


def _whole(value: Any, field: str) -> int:
    written = value if type(value) is str else ""
    if not (written.isascii() and written.isdigit() and len(written) < 6 and 0 < int(written) <= _LARGEST_RATIO):
        raise InvalidInput(f"{field}: must be a whole number from 1 to {_LARGEST_RATIO}", field=field)
    return int(written)
