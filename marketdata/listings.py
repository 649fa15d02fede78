"""Instruments as the feeds and the liquidity provider need them: in units of 1e-8."""

from decimal import Decimal

from marketdata.domain.quoting import Terms, quote_size
from marketdata.domain.synthetic import Listing
from marketdata.models import Instrument
from marketdata.selectors import jump_of
from schemas.units import to_units

_SPOT_FX = "IF"
"""First letters of the ISO 10962 code of spot foreign exchange, which deals in hundred thousands."""


def listing_of(row: Instrument) -> Listing:
    """What the synthetic market needs; sizes in hundreds of lots, for currencies in hundred thousands."""
    round_lot = 100_000 if row.cfi.startswith(_SPOT_FX) else 100
    return Listing(row.symbol, to_units(row.reference_price), to_units(row.tick), to_units(row.lot), round_lot, row.group)


def terms_of(row: Instrument) -> Terms:
    """What the liquidity provider needs."""
    size = quote_size(to_units(row.reference_price), to_units(row.lot), to_units(row.max_quantity))
    return Terms(row.symbol, to_units(row.tick), size, jump_of(row.jump))


def middle(bid: Decimal, ask: Decimal) -> int:
    """The middle of a stored bid and ask in 1e-8, rounded down."""
    return (to_units(bid) + to_units(ask)) // 2
