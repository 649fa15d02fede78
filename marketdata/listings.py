"""Instruments as the feeds and the liquidity provider need them: in units of 1e-8."""

from decimal import Decimal
from typing import Any

from marketdata.domain.ladder import BOUND_IN_SIZES, Terms, quote_size
from marketdata.domain.synthetic import Listing
from marketdata.models import HouseQuoting, Instrument
from marketdata.selectors import instruments_with_phase, jump_of
from schemas.enums import Phase
from schemas.units import to_units

_SPOT_FX = "IF"
"""First letters of the ISO 10962 code of spot foreign exchange, which deals in hundred thousands."""


def listing_of(row: Instrument) -> Listing:
    """What the synthetic market needs; sizes in hundreds of lots, for currencies in hundred thousands."""
    round_lot = 100_000 if row.cfi.startswith(_SPOT_FX) else 100
    return Listing(row.symbol, to_units(row.reference_price), to_units(row.tick), to_units(row.lot), round_lot, row.group)


def house_terms() -> dict[str, Terms]:
    """What the liquidity provider needs of every instrument, by symbol. One query."""
    rows = instruments_with_phase().select_related("quoting").order_by("symbol")
    return {row.symbol: terms_of(row) for row in rows}


def terms_of(row: Any) -> Terms:
    """The terms of a row of `instruments_with_phase`."""
    wanted: HouseQuoting = getattr(row, "quoting", None) or HouseQuoting(instrument=row)
    lot, most = to_units(row.lot), to_units(row.max_quantity)
    size = _lots(wanted.size, lot) or quote_size(to_units(row.reference_price), lot, most)
    return Terms(
        symbol=row.symbol,
        tick=to_units(row.tick),
        size=size,
        bound=_lots(wanted.max_inventory, lot) or BOUND_IN_SIZES * size,
        lot=lot,
        levels=wanted.levels,
        step=wanted.step,
        skew=wanted.skew,
        min_spread=wanted.min_spread,
        interval=wanted.interval_ms * 1_000,
        jump=jump_of(row.jump),
        blocked=_blocked(row, wanted),
    )


def _lots(wanted: Decimal | None, lot: int) -> int:
    """Whole lots, one at least: the instrument's lot may have changed since it was set. 0 for none."""
    return 0 if wanted is None else max(lot, to_units(wanted) // lot * lot)


def _blocked(row: Any, wanted: HouseQuoting) -> str:
    if not wanted.on:
        return "off"
    if row.delisted:
        return "delisted"
    if not row.tradable:
        return "not tradable"
    return "" if row.phase == Phase.CONTINUOUS.value else f"market {row.phase}"


def middle(bid: Decimal, ask: Decimal) -> int:
    """The middle of a stored bid and ask in 1e-8, rounded down."""
    return (to_units(bid) + to_units(ask)) // 2
