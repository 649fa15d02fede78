"""Limit rules, and which limit binds: the tightest that applies, of the firm's, the desk's, the account's, the trader's and the symbol's.

Every limit holds for each account by itself, whoever's it is: a desk's or a symbol's limit is no pot that several accounts share, as each
account has one writer of its own (ADR 0002).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.units import ONE

FIRM = "firm"
DESK = "desk"
ACCOUNT = "account"
TRADER = "trader"
SYMBOL = "symbol"
INSTRUMENT = "instrument"

LIMIT_SCOPES = (FIRM, DESK, ACCOUNT, TRADER, SYMBOL)
"""Whose a limit can be, from the widest to the narrowest. The firm's has an empty key, any other names a desk, account, user or symbol."""
KILL_SCOPES = (FIRM, DESK, ACCOUNT, TRADER, INSTRUMENT)
"""What a kill can stop; the firm's has an empty key."""


class Rule(StrEnum):
    """The closed set of limits. Every value is an integer of 1e-8 of the rule's unit, above zero."""

    MAX_QUANTITY = "max_quantity"
    MAX_NOTIONAL = "max_notional"
    MAX_QUOTE_AGE = "max_quote_age"
    STATIC_BAND = "static_band"
    PRICE_BAND = "price_band"
    FAT_FINGER = "fat_finger"
    REPEAT_COUNT = "repeat_count"
    REPEAT_WINDOW = "repeat_window"
    MESSAGE_RATE = "message_rate"
    ORDER_TO_TRADE = "order_to_trade"
    MAX_OPEN_ORDERS = "max_open_orders"
    MAX_OPEN_NOTIONAL = "max_open_notional"
    MAX_POSITION = "max_position"
    MAX_CONCENTRATION = "max_concentration"
    CREDIT_LINE = "credit_line"
    MAX_DAILY_LOSS = "max_daily_loss"
    MAX_DAILY_NOTIONAL = "max_daily_notional"
    MAX_EXECUTIONS_RATE = "max_executions_rate"
    AUCTION_COLLAR = "auction_collar"
    STOP_DISTANCE = "stop_distance"
    DISCONNECT_GRACE = "disconnect_grace"


UNITS: dict[Rule, str] = {
    Rule.MAX_QUANTITY: "quantity of one order",
    Rule.MAX_NOTIONAL: "currency: open quantity of one order at the price it is judged at",
    Rule.MAX_QUOTE_AGE: "seconds since the newest good quote arrived",
    Rule.STATIC_BAND: "percent a price may be away from the reference of the day: the last auction's price, else the last close",
    Rule.PRICE_BAND: "percent a price may be away from the middle of the newest good quote, a stop-limit's limit from its stop price",
    Rule.FAT_FINGER: "percent a price may go through the far touch, a stop-limit's limit through its stop price",
    Rule.REPEAT_COUNT: "orders alike (side, symbol, quantity, prices) in one window",
    Rule.REPEAT_WINDOW: "seconds in which orders alike are counted, 60 at most",
    Rule.MESSAGE_RATE: "risk-adding requests in any second, refused ones too",
    Rule.ORDER_TO_TRADE: "risk-adding requests of the day for each fill of the day",
    Rule.MAX_OPEN_ORDERS: "open orders of the account",
    Rule.MAX_OPEN_NOTIONAL: "currency: all open orders of the account, both sides, at the prices they were judged at",
    Rule.MAX_POSITION: "quantity long or short, were every open order of that side filled",
    Rule.MAX_CONCENTRATION: "percent of the average daily volume, were every open order of that side filled",
    Rule.CREDIT_LINE: "currency of the account: what open buys may cost beyond its cash",
    Rule.MAX_DAILY_LOSS: "currency: realised loss of the day and unrealised loss; beyond it close-only, beyond twice of it disabled",
    Rule.MAX_DAILY_NOTIONAL: "currency: traded on the day, with everything open",
    Rule.MAX_EXECUTIONS_RATE: "fills in any second; beyond it nothing more until a person enables the account again",
    Rule.AUCTION_COLLAR: "percent a limit may be away from the reference of the day while orders are collected for an auction",
    Rule.STOP_DISTANCE: "percent a stop may wait away from the middle of the newest good quote",
    Rule.DISCONNECT_GRACE: "whole seconds without a connection to the stream, after which a trader's orders of the day are canceled",
}

OPTIONAL = frozenset(
    {
        Rule.REPEAT_COUNT,
        Rule.REPEAT_WINDOW,
        Rule.ORDER_TO_TRADE,
        Rule.MAX_CONCENTRATION,
        Rule.CREDIT_LINE,
        Rule.MAX_EXECUTIONS_RATE,
        Rule.DISCONNECT_GRACE,
    }
)
"""Rules that without any limit are not asked for. Each other one refuses every order until somebody has set a limit: risk fails closed.

`credit_line` is asked for as soon as the account has such a limit or has ever been given cash: then a missing line is one of zero.
"""

REPEAT_WINDOW_MOST = 60
"""Seconds: how long risk remembers orders to tell that one is repeated."""

DISCONNECT_GRACE_MOST = 3_600
"""Seconds: the longest grace that somebody who lost the connection can have."""

_LARGER_IS_TIGHTER = frozenset({Rule.REPEAT_WINDOW})


@dataclass(frozen=True, slots=True)
class Binding:
    """The limit that applies and whose it is: one of `LIMIT_SCOPES` and its key."""

    value: int
    scope: str
    key: str = ""


def is_tighter(rule: str, one: int, other: int) -> bool:
    """Whether the first of two limits of a rule lets less through. Of nearly all rules the smaller is the tighter."""
    return one > other if rule in _LARGER_IS_TIGHTER else one < other


def loosens(rule: str, before: int | None, after: int | None) -> bool:
    """Whether going from one limit to another (None: none of this scope) may let more through: then it takes a second person."""
    if before is None or before == after:
        return False
    return after is None or not is_tighter(rule, after, before)


def limit_fault(scope: str, key: str, rule: str, value: int | None) -> tuple[str, str] | None:
    """The field that makes no sense in a limit, and why; None when all is well. `value` None takes the limit away."""
    if rule not in tuple(Rule):
        return "rule", f"must be one of {', '.join(Rule)}"
    if scope not in LIMIT_SCOPES:
        return "scope", f"must be one of {', '.join(LIMIT_SCOPES)}"
    if (scope == FIRM) != (not key):
        return "key", "the firm has none, every other scope has one"
    if value is not None and value <= 0:
        return "value", "must be above zero; to stop trading, set a kill"
    return _fault_of_seconds(scope, rule, value or 0)


def _fault_of_seconds(scope: str, rule: str, value: int) -> tuple[str, str] | None:
    if rule == Rule.REPEAT_WINDOW and value > REPEAT_WINDOW_MOST * ONE:
        return "value", f"must be at most {REPEAT_WINDOW_MOST} seconds"
    if rule == Rule.DISCONNECT_GRACE and scope == SYMBOL:
        return "scope", "a connection is a trader's, for all symbols: must be firm, desk, account or trader"
    if rule == Rule.DISCONNECT_GRACE and (value % ONE or value > DISCONNECT_GRACE_MOST * ONE):
        return "value", f"must be whole seconds, at most {DISCONNECT_GRACE_MOST}"
    return None


def binding(
    values: Mapping[tuple[str, str, str], int], account: str, rule: str, *, desk: str = "", trader: str = "", symbol: str = ""
) -> Binding | None:
    """The tightest limit that applies out of `(scope, key, rule): value`, on a tie the narrowest; None where there is none.

    Names that are left empty have no limit of their own.
    """
    found: Binding | None = None
    for scope, key in zip(LIMIT_SCOPES, ("", desk, account, trader, symbol), strict=True):
        if scope != FIRM and not key:
            continue
        value = values.get((scope, key, rule))
        if value is not None and (found is None or not is_tighter(rule, found.value, value)):
            found = Binding(value, scope, key)
    return found
