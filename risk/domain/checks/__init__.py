"""The pre-trade checks: small functions `(order, context) -> Finding`, run in the order of `CHECKS`; the first hard failure wins.

A missing instrument, quote, limit or rate refuses like any other breach: risk fails closed. `risk.domain.catalog` has a line for each.
"""

from decimal import ROUND_CEILING, Decimal, InvalidOperation

from risk.domain.checks.auction import price_within_collar, stop_near
from risk.domain.checks.credit import credit_covers
from risk.domain.checks.flow import (
    client_order_id_once,
    not_repeated,
    open_orders_within_limit,
    rate_within_limit,
    trades_for_its_orders,
)
from risk.domain.checks.gate import account_active, entitled, instrument_tradable, not_killed, not_restricted, phase_open
from risk.domain.checks.judged_price import judged_price
from risk.domain.checks.loss import daily_notional_within_limit, loss_within_limit, not_throttled
from risk.domain.checks.position import (
    concentration_within_limit,
    open_notional_within_limit,
    position_within_limit,
    reduces_only,
    short_sale_located,
)
from risk.domain.checks.prices import (
    notional_within_limit,
    price_through_touch,
    price_within_band,
    price_within_static_band,
    quote_fresh,
)
from risk.domain.checks.proposal import PASSED, Breach, Check, Context, Finding, Noted, Proposal
from risk.domain.checks.terms import prices_on_tick, quantity_in_lots, quantity_within_instrument, quantity_within_limit
from risk.domain.decisions import Result
from risk.domain.instrument import InstrumentTerms, Reference
from risk.domain.limits import Rule
from risk.domain.settings import Mode
from schemas.units import ONE

__all__ = [
    "CHECKS",
    "PASSED",
    "Breach",
    "Check",
    "Context",
    "Finding",
    "InstrumentTerms",
    "Noted",
    "Proposal",
    "Reference",
    "first_breach",
    "judged_price",
    "run",
]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("entitlement", entitled),
    ("account_state", account_active),
    ("kill", not_killed),
    ("instrument", instrument_tradable),
    ("phase", phase_open),
    ("restriction", not_restricted),
    ("tick", prices_on_tick),
    ("lot", quantity_in_lots),
    ("instrument_max_quantity", quantity_within_instrument),
    (Rule.MAX_QUANTITY.value, quantity_within_limit),
    (Rule.MAX_QUOTE_AGE.value, quote_fresh),
    (Rule.MAX_NOTIONAL.value, notional_within_limit),
    (Rule.STATIC_BAND.value, price_within_static_band),
    (Rule.PRICE_BAND.value, price_within_band),
    (Rule.FAT_FINGER.value, price_through_touch),
    ("client_order_id", client_order_id_once),
    (Rule.REPEAT_COUNT.value, not_repeated),
    (Rule.MESSAGE_RATE.value, rate_within_limit),
    (Rule.ORDER_TO_TRADE.value, trades_for_its_orders),
    (Rule.MAX_OPEN_ORDERS.value, open_orders_within_limit),
    (Rule.MAX_OPEN_NOTIONAL.value, open_notional_within_limit),
    ("reduce_only", reduces_only),
    (Rule.MAX_POSITION.value, position_within_limit),
    (Rule.MAX_CONCENTRATION.value, concentration_within_limit),
    (Rule.CREDIT_LINE.value, credit_covers),
    ("locate", short_sale_located),
    (Rule.MAX_DAILY_LOSS.value, loss_within_limit),
    (Rule.MAX_DAILY_NOTIONAL.value, daily_notional_within_limit),
    (Rule.MAX_EXECUTIONS_RATE.value, not_throttled),
    (Rule.AUCTION_COLLAR.value, price_within_collar),
    (Rule.STOP_DISTANCE.value, stop_near),
)


def run(order: Proposal, context: Context) -> tuple[Breach | None, list[Result]]:
    """The first check that refuses, None when none does; and every result up to it, in the order of the checks."""
    results: list[Result] = []
    add, modes = results.append, context.set.modes
    for rule, check in CHECKS:
        if modes and modes.get(rule) is Mode.OFF:
            add((rule, "o", None, None))
            continue
        found = check(order, context)
        if found is None:
            continue
        if found.__class__ is tuple:
            add((rule, "p", found[0], found[1]))
        elif isinstance(found, Breach):
            outcome = _outcome(rule, order, context)
            add((rule, outcome, _number(found.limit), _number(found.actual)))
            if outcome == "f":
                return found, results
        else:
            add((rule, "s", found[0], found[1]))
    return None, results


def first_breach(order: Proposal, context: Context) -> Breach | None:
    """The first check that refuses, None when none does."""
    return run(order, context)[0]


def _outcome(rule: str, order: Proposal, context: Context) -> str:
    if context.set.modes.get(rule) is Mode.SHADOW:
        return "s"
    bypasses = context.set.bypasses
    return "b" if bypasses and ((context.names.account, rule) in bypasses or (order.symbol, rule) in bypasses) else "f"


def _number(text: str | None) -> int | None:
    """What a breach says in words as the number it stands for, rounded up to 1e-8; None where it is a word."""
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int((value * ONE).to_integral_value(ROUND_CEILING)) if value.is_finite() else None
