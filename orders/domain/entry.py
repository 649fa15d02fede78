"""Strict reading of what is asked for: order entry, replace, mass cancel. Raises `InvalidInput` with the field and the remedy. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from oms_site.infra.errors import InvalidInput, OmsError
from orders.domain.numbers import units
from schemas.enums import OrderType, Side, TimeInForce
from schemas.units import format_units

MAX_BULK = 500
TEXT_LENGTH = 64
REASON_LENGTH = 200

_REQUIRED = ("account", "symbol", "side", "type", "quantity")
_TAKEN = frozenset({*_REQUIRED, "price", "tif", "client_order_id"})
_NOT_OFFERED = {
    "stop_price": "limit and market orders have none",
    "trail_offset": "limit and market orders have none",
    "expire_date": "day, gtc and ioc orders have none",
    "display_quantity": "orders are shown whole",
    "post_only": "orders may take liquidity",
    "reduce_only": "orders may open positions",
    "self_trade_prevention": "it is not applied",
}
"""Words of the contract that no order offered here has, and why."""
_READ_ONLY = frozenset(
    {"id", "status", "cum_quantity", "cum_qty", "leaves_quantity", "avg_price", "reject", "version", "created_at", "updated_at"}
)
_REPLACE_FIELDS = frozenset({"quantity", "price", "client_order_id"})
_SCOPE_FIELDS = frozenset({"account", "symbol", "side", "reason", "all"})
_KEY = re.compile(r"[\x20-\x7e]{1,64}", re.ASCII)
_CODE = re.compile(r"[^\x00\ud800-\udfff]{1,32}")


class Terms(NamedTuple):
    """What an instrument allows, in 1e-8, and how many decimals follow from tick and lot."""

    tick: int
    lot: int
    max_quantity: int
    price_decimals: int
    quantity_decimals: int


class NewOrder(NamedTuple):
    """An order asked for, complete and well-formed."""

    account: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: int
    price: int | None
    client_order_id: str | None


class Replacement(NamedTuple):
    """New terms asked for; None keeps what is."""

    quantity: int | None
    price: int | None
    client_order_id: str | None


class Scope(NamedTuple):
    """Which orders a mass cancel covers; None means all."""

    account: str | None
    symbol: str | None
    side: str | None
    reason: str | None


def parse_order(body: Any, instruments: Mapping[str, Terms]) -> NewOrder:
    """An order-entry body. Which accounts there are is not known here: the service refuses those."""
    given = _object(body, "an order must be a JSON object")
    _only(given, _TAKEN)
    for name in _REQUIRED:
        if name not in given:
            raise InvalidInput(f"{name}: is missing", field=name)
    account = _code(given["account"], "account", "must name an account you may trade")
    symbol = _code(given["symbol"], "symbol", "unknown symbol; /api/instruments lists them")
    terms = instruments.get(symbol)
    if terms is None:
        raise InvalidInput("symbol: unknown symbol; /api/instruments lists them", field="symbol")
    side = _word(given["side"], "side", Side)
    kind = _word(given["type"], "type", OrderType)
    tif = _word(given["tif"], "tif", TimeInForce) if "tif" in given else TimeInForce.DAY.value
    quantity = _quantity(given["quantity"], terms)
    if kind == OrderType.MARKET and "price" in given:
        raise InvalidInput("price: a market order has none; leave it out or send a limit order", field="price")
    if kind == OrderType.LIMIT and "price" not in given:
        raise InvalidInput("price: a limit order needs one", field="price")
    price = _price(given["price"], terms) if "price" in given else None
    return NewOrder(account, symbol, side, kind, tif, quantity, price, _name(given))


def parse_replace(body: Any, order_type: str, terms: Terms) -> Replacement:
    """A replace body for an order of this type: at least one new term."""
    given = _object(body, "the body must be a JSON object")
    _only(given, _REPLACE_FIELDS)
    if "price" in given and order_type == OrderType.MARKET:
        raise InvalidInput("price: a market order has none", field="price")
    if not given.keys() & {"quantity", "price"}:
        raise InvalidInput("nothing to replace: give a quantity or a price")
    return Replacement(
        _quantity(given["quantity"], terms) if "quantity" in given else None,
        _price(given["price"], terms) if "price" in given else None,
        _name(given),
    )


def parse_scope(body: Any) -> Scope:
    """A mass-cancel body: a scope, or all said outright."""
    given = _object(body, "the body must be a JSON object")
    _only(given, _SCOPE_FIELDS)
    if "all" in given and given["all"] is not True:
        raise InvalidInput("all: can only be true", field="all")
    narrowed = given.keys() & {"account", "symbol", "side"}
    if narrowed and "all" in given:
        raise InvalidInput("all: leave it out, or leave out account, symbol and side", field="all")
    if not narrowed and "all" not in given:
        raise InvalidInput('what to cancel: give account, symbol or side, or {"all": true}')
    return Scope(
        _code(given["account"], "account", "must name an account you may cancel orders of") if "account" in given else None,
        _code(given["symbol"], "symbol", "unknown symbol; /api/instruments lists them") if "symbol" in given else None,
        _word(given["side"], "side", Side) if "side" in given else None,
        _text(given["reason"], "reason", REASON_LENGTH) if "reason" in given else None,
    )


def parse_bulk(body: Any) -> list[Any]:
    """The items of a bulk body, unread: one bad item does not spoil the others."""
    given = _object(body, "the body must be a JSON object")
    _only(given, frozenset({"orders"}))
    items = given.get("orders")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BULK:
        raise InvalidInput(f"orders: must be a list of 1 to {MAX_BULK} orders", field="orders")
    return items


def parse_items(items: Sequence[Any], instruments: Mapping[str, Terms]) -> list[NewOrder | OmsError]:
    """Each item read, or why it could not be."""
    read: list[NewOrder | OmsError] = []
    for item in items:
        try:
            read.append(parse_order(item, instruments))
        except InvalidInput as refusal:
            read.append(refusal)
    return read


def symbols_named(items: Sequence[Any]) -> set[str]:
    """Symbols that items name, as far as they can be one."""
    named = (item.get("symbol") for item in items if isinstance(item, dict))
    return {symbol for symbol in named if type(symbol) is str and _CODE.fullmatch(symbol)}


def idempotency_key(value: str | None) -> str | None:
    """The header's value, checked; None when there was none."""
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        raise InvalidInput("Idempotency-Key: must have 1 to 64 printable ASCII characters", field="Idempotency-Key")
    return value


def digest(kind: str, items: Sequence[Any], read: Sequence[NewOrder | OmsError]) -> str:
    """SHA-256 of a request as parsed values: what was read of each item, or the item itself where it could not be read."""
    values = [list(parsed) if isinstance(parsed, NewOrder) else item for item, parsed in zip(items, read, strict=True)]
    return hashlib.sha256(json.dumps([kind, values], sort_keys=True).encode()).hexdigest()


def _object(body: Any, message: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidInput(message)
    return body


def _only(given: dict[str, Any], known: frozenset[str]) -> None:
    for name, value in given.items():
        if name not in known:
            raise _unknown(name, known)
        if value is None:
            raise InvalidInput(f"{name}: null is no value; leave the field out", field=name)


def _unknown(name: str, known: frozenset[str]) -> InvalidInput:
    shown = name[:TEXT_LENGTH].encode("ascii", "replace").decode()
    if name in _NOT_OFFERED:
        return InvalidInput(f"{name}: not offered, {_NOT_OFFERED[name]}; leave the field out", field=name)
    if name in _READ_ONLY:
        return InvalidInput(f"{name}: read-only, it follows from what happens to the order", field=name)
    return InvalidInput(f"{shown}: unknown field; known: {', '.join(sorted(known))}", field=shown)


def _word(value: Any, field: str, words: type[Side] | type[OrderType] | type[TimeInForce]) -> str:
    if type(value) is not str or value not in {word.value for word in words}:
        offered = ", ".join(word.value for word in words)
        raise InvalidInput(f"{field}: must be one of {offered}", field=field)
    return value


def _quantity(value: Any, terms: Terms) -> int:
    quantity = units(value, "quantity", step=terms.lot, decimals=terms.quantity_decimals, step_name="lot")
    if quantity > terms.max_quantity:
        raise InvalidInput(f"quantity: at most {format_units(terms.max_quantity)} in one order of this instrument", field="quantity")
    return quantity


def _price(value: Any, terms: Terms) -> int:
    price = units(value, "price", step=terms.tick, decimals=terms.price_decimals, step_name="tick")
    if price > _LARGEST_PRICE:
        raise InvalidInput(f"price: at most {format_units(_LARGEST_PRICE)}", field="price")
    return price


_LARGEST_PRICE = 10**9 * 10**8
"""A billion: with a 64-bit integer of 1e-8 the wire could carry 92 times that."""


def _name(given: dict[str, Any]) -> str | None:
    return _text(given["client_order_id"], "client_order_id", TEXT_LENGTH) if "client_order_id" in given else None


def _text(value: Any, field: str, length: int) -> str:
    if type(value) is not str or not 0 < len(value) <= length:
        raise InvalidInput(f"{field}: must be text of 1 to {length} characters", field=field)
    if any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value):
        raise InvalidInput(f"{field}: holds a character that cannot be stored", field=field)
    return value


def _code(value: Any, field: str, remedy: str) -> str:
    if type(value) is not str or not _CODE.fullmatch(value):
        raise InvalidInput(f"{field}: {remedy}", field=field)
    return value
