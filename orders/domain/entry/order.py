"""Order entry: which order a body asks for, complete and well-formed, or what is wrong with it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from oms_site.infra.errors import InvalidInput
from orders.domain.entry import fields
from orders.domain.entry.fields import Terms
from orders.domain.entry.types import NEEDS, PRICES, RESTING, TIMES
from schemas.enums import OrderType, SelfTradePrevention, Side, TimeInForce
from schemas.messages import Conditions

REQUIRED = ("account", "symbol", "side", "type", "quantity")
_CONDITIONS = ("stop_price", "trail_offset", "expire_date", "display_quantity", "post_only", "reduce_only", "self_trade_prevention")
TAKEN = frozenset({*REQUIRED, "price", "tif", "client_order_id", *_CONDITIONS})

_RESTING_LIMIT_ONLY = ("post_only", "display_quantity")
_PLAIN = Conditions()
_NONE = SelfTradePrevention.NONE.value
_REMEDY = "unknown symbol; /api/instruments lists them"


class NewOrder(NamedTuple):
    """An order asked for, complete and well-formed. `conditions` is None for a plain one."""

    account: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: int
    price: int | None
    client_order_id: str | None
    conditions: Conditions | None = None


def parse_order(body: Any, instruments: Mapping[str, Terms]) -> NewOrder:
    """An order-entry body. Which accounts there are, and whether a date has passed, is not known here: the service refuses those."""
    given = fields.as_object(body, "an order must be a JSON object")
    fields.only(given, TAKEN)
    for name in REQUIRED:
        if name not in given:
            raise InvalidInput(f"{name}: is missing", field=name)
    account = fields.code(given["account"], "account", "must name an account you may trade")
    symbol = fields.code(given["symbol"], "symbol", _REMEDY)
    terms = instruments.get(symbol)
    if terms is None:
        raise InvalidInput(f"symbol: {_REMEDY}", field="symbol")
    side = fields.word(given["side"], "side", Side)
    kind = fields.word(given["type"], "type", OrderType)
    tif = fields.word(given["tif"], "tif", TimeInForce) if "tif" in given else TimeInForce.DAY.value
    quantity = fields.quantity(given["quantity"], terms)
    _require_fit(given, kind, tif)
    price = fields.price(given["price"], terms) if "price" in given else None
    conditions = _conditions(given, terms, quantity) if given.keys() & set(_CONDITIONS) else None
    return NewOrder(account, symbol, side, kind, tif, quantity, price, fields.name(given), conditions)


def _require_fit(given: dict[str, Any], kind: str, tif: str) -> None:
    """Every field the type needs is there, and none it does not take."""
    needed = NEEDS[kind]
    said = kind.replace("_", "-")
    for name in needed:
        if name not in given:
            raise InvalidInput(f"{name}: a {said} order needs one", field=name)
    for name in PRICES:
        if name in given and name not in needed:
            raise InvalidInput(f"{name}: a {said} order has none; leave it out", field=name)
    if tif not in TIMES[kind]:
        raise InvalidInput(f"tif: a {said} order takes {', '.join(TIMES[kind])}", field="tif")
    if (tif == TimeInForce.GTD) != ("expire_date" in given):
        problem = "a gtd order needs one" if tif == TimeInForce.GTD else "only a gtd order has one; leave it out"
        raise InvalidInput(f"expire_date: {problem}", field="expire_date")
    if kind == OrderType.LIMIT and tif in RESTING:
        return
    for name in _RESTING_LIMIT_ONLY:
        if name in given:
            raise InvalidInput(f"{name}: only a limit order of {', '.join(RESTING)} takes it; leave it out", field=name)


def _conditions(given: dict[str, Any], terms: Terms, quantity: int) -> Conditions | None:
    """What is asked for beyond a plain order; None when that comes to nothing."""
    display = fields.quantity(given["display_quantity"], terms, "display_quantity") if "display_quantity" in given else None
    if display is not None and display > quantity:
        raise InvalidInput("display_quantity: at most the quantity", field="display_quantity")
    prevention = _NONE
    if "self_trade_prevention" in given:
        prevention = fields.word(given["self_trade_prevention"], "self_trade_prevention", SelfTradePrevention)
    asked = Conditions(
        stop_price=fields.price(given["stop_price"], terms, "stop_price") if "stop_price" in given else None,
        trail_offset=fields.price(given["trail_offset"], terms, "trail_offset") if "trail_offset" in given else None,
        display_quantity=display,
        expire_date=fields.day(given["expire_date"], "expire_date") if "expire_date" in given else None,
        post_only="post_only" in given and fields.flag(given["post_only"], "post_only"),
        reduce_only="reduce_only" in given and fields.flag(given["reduce_only"], "reduce_only"),
        self_trade_prevention=None if prevention == _NONE else prevention,
    )
    return None if asked == _PLAIN else asked
