"""The gate: nothing that adds risk passes a kill, or into an instrument that is not open for trading."""

from risk.domain.checks.proposal import Breach, Context, Proposal
from schemas.enums import Reason


def not_killed(order: Proposal, context: Context) -> Breach | None:
    """Nothing that adds risk passes a kill in force."""
    if context.kill is None:
        return None
    return Breach(Reason.RISK_KILLED, "kill", None, None, f"trading is stopped: {context.kill}; risk must release the kill first")


def instrument_tradable(order: Proposal, context: Context) -> Breach | None:
    """The instrument is known and open for trading."""
    instrument = context.instrument
    if instrument is None:
        return Breach(
            Reason.INSTRUMENT_UNKNOWN, "instrument", None, order.symbol, f"{order.symbol} is not known to risk: publish the instrument"
        )
    if not instrument.tradable:
        return Breach(
            Reason.INSTRUMENT_NOT_TRADABLE, "instrument", None, order.symbol, f"{order.symbol} is not tradable now: only cancels pass"
        )
    return None
