"""The pre-trade checks: small functions `(order, context) -> Breach | None`, run in the order of `CHECKS`; the first breach wins.

A missing instrument, quote or limit is a breach like any other: risk fails closed.
"""

from risk.domain.checks.gate import instrument_tradable, not_killed
from risk.domain.checks.position import position_within_limit, reduces_only
from risk.domain.checks.prices import notional_within_limit, price_within_band, quote_fresh
from risk.domain.checks.proposal import Breach, Check, Context, InstrumentTerms, Proposal, Reference, worst_price
from risk.domain.checks.terms import price_on_tick, quantity_in_lots, quantity_within_instrument, quantity_within_limit, stop_on_tick

__all__ = ["CHECKS", "Breach", "Check", "Context", "InstrumentTerms", "Proposal", "Reference", "first_breach", "worst_price"]

CHECKS: tuple[Check, ...] = (
    not_killed,
    instrument_tradable,
    price_on_tick,
    stop_on_tick,
    quantity_in_lots,
    quantity_within_instrument,
    quantity_within_limit,
    quote_fresh,
    notional_within_limit,
    price_within_band,
    reduces_only,
    position_within_limit,
)


def first_breach(order: Proposal, context: Context) -> Breach | None:
    """The first check that refuses, None when all pass."""
    for check in CHECKS:
        breach = check(order, context)
        if breach is not None:
            return breach
    return None
