"""Requests as the engine's commands, and what must be refused before: what an `OrderCommand` cannot say."""

from typing import Any

from matching.match_stream.forms import Request, is_date
from schemas.enums import OrderType, Phase, Reason, SelfTradePrevention, TimeInForce
from schemas.messages import Conditions, OrderCommand

SYMBOL = "X"
"""The symbol of a line that names none."""

_CONDITIONS = frozenset({"stop_price", "trail_offset", "expire_date", "display_quantity", "post_only", "self_trade_prevention"})
_QUANTITIES = frozenset({"quantity", "display_quantity"})
_NAMES = ("id", "symbol", "account")
_NO_PREVENTION = SelfTradePrevention.NONE.value
_LIMIT = OrderType.LIMIT.value
_MAY_BE_POST_ONLY = frozenset({TimeInForce.DAY.value, TimeInForce.GTC.value, TimeInForce.GTD.value})
_CALLED = frozenset({Phase.PRE_OPEN.value, Phase.AUCTION.value})
_PLAIN = Conditions()


def refusal(request: Request) -> str | None:
    """The code of what is wrong with a new or replaced order before the engine sees it, None when nothing is.

    An empty account or symbol means all to the engine, so no order may have one; `post_only` false is on the wire what no `post_only`
    is; a number that is too fine has no integer.
    """
    op, values, too_fine = request
    if too_fine is not None:
        return Reason.QUANTITY_OFF_LOT if too_fine in _QUANTITIES else Reason.PRICE_OFF_TICK
    if op != "new":
        return None
    if any(values.get(name) == "" for name in _NAMES):
        return Reason.ORDER_FIELD_INVALID
    if "post_only" in values and not (values["type"] == _LIMIT and values["tif"] in _MAY_BE_POST_ONLY):
        return Reason.ORDER_FIELD_INVALID
    if "expire_date" in values and not is_date(values["expire_date"]):
        return Reason.ORDER_FIELD_INVALID
    return None


def command(n: int, request: Request) -> OrderCommand:
    """What the engine is told of a request other than `book`; `n`, the line's number, is the command's id. No line has a time."""
    return _MAKERS[request.op](n, request.values)


def _new(n: int, values: dict[str, Any]) -> OrderCommand:
    order_id = values["id"]
    return OrderCommand(
        "new",
        n,
        order_id,
        values.get("account", order_id),
        values.get("symbol", SYMBOL),
        0,
        values["side"],
        values["type"],
        values["tif"],
        values["quantity"],
        values.get("price"),
        conditions=None if _CONDITIONS.isdisjoint(values) else _conditions(values),
    )


def _conditions(values: dict[str, Any]) -> Conditions | None:
    given = {name: values[name] for name in _CONDITIONS & values.keys()}
    if given.get("self_trade_prevention") == _NO_PREVENTION:
        del given["self_trade_prevention"]
    conditions = Conditions(**given)
    return None if conditions == _PLAIN else conditions


def _cancel(n: int, values: dict[str, Any]) -> OrderCommand:
    return OrderCommand("cancel", n, values["id"], "", "", 0)


def _replace(n: int, values: dict[str, Any]) -> OrderCommand:
    conditions = Conditions(stop_price=values["stop_price"]) if "stop_price" in values else None
    return OrderCommand(
        "replace", n, values["id"], "", "", 0, quantity=values.get("quantity"), price=values.get("price"), conditions=conditions
    )


def _mass_cancel(n: int, values: dict[str, Any]) -> OrderCommand:
    return OrderCommand("mass_cancel", n, "", values.get("account", ""), values.get("symbol", ""), 0, values.get("side"))


def _instrument(n: int, values: dict[str, Any]) -> OrderCommand:
    numbers = {"tick": values["tick"], "lot": values["lot"]}
    return OrderCommand("instrument", n, "", "", values.get("symbol", SYMBOL), 0, attributes=numbers)


def _phase(n: int, values: dict[str, Any]) -> OrderCommand:
    phase = values["phase"]
    auction = values.get("kind") if phase in _CALLED else None
    return OrderCommand("phase", n, "", "", values.get("symbol", SYMBOL), 0, trade_date=values.get("date"), phase=phase, auction=auction)


def _uncross(n: int, values: dict[str, Any]) -> OrderCommand:
    return OrderCommand("uncross", n, "", "", values.get("symbol", SYMBOL), 0)


_MAKERS = {
    "instrument": _instrument,
    "new": _new,
    "cancel": _cancel,
    "replace": _replace,
    "mass_cancel": _mass_cancel,
    "phase": _phase,
    "uncross": _uncross,
}
