"""What the house's worker tells people about a symbol: whether it quotes, and if not, why."""

from typing import NamedTuple

from marketdata.domain.quoting import Quoter
from marketdata.domain.slots import QuoteSide

STATES = QUOTING, ONE_SIDED, WITHDRAWN = ("quoting", "one-sided", "withdrawn")


class Told(NamedTuple):
    """One symbol's state. Prices and quantities in 1e-8; `bid` and `ask` the best the house shows, None without one."""

    symbol: str
    state: str
    why: str
    inventory: int
    bid: int | None
    ask: int | None
    bid_size: int
    ask_size: int
    orders: int
    refusals: int
    refused_with: str


def told(symbol: str, quoter: Quoter, out: str, now: int) -> Told:
    """The state of a symbol; `out` is why its market gives no price, empty when it does."""
    bid, ask = _best(quoter.bid), _best(quoter.ask)
    state = QUOTING if bid and ask else ONE_SIDED if bid or ask else WITHDRAWN
    return Told(
        symbol,
        state,
        "" if state == QUOTING else _why(quoter, out, now),
        quoter.inventory,
        bid,
        ask,
        sum(slot.leaves for slot in quoter.bid.open()),
        sum(slot.leaves for slot in quoter.ask.open()),
        len(quoter.open_orders()),
        quoter.refusals,
        quoter.refused_with,
    )


def _best(side: QuoteSide) -> int | None:
    return next((slot.price for slot in side.open()), None)


def _why(quoter: Quoter, out: str, now: int) -> str:
    if out:
        return out
    if quoter.resting(now):
        return f"refused: {quoter.refused_with}"
    terms = quoter.terms
    if abs(quoter.inventory) > terms.bound - terms.lot:
        return "inventory at its bound"
    return "about to quote"
