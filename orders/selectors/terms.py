"""What instruments allow, as order entry reads it."""

from collections.abc import Collection

from marketdata import selectors as market_selectors
from orders.domain.entry import Terms
from schemas.units import to_units


def instrument_terms(symbols: Collection[str]) -> dict[str, Terms]:
    """Tick, lot and largest quantity of these symbols, as far as they exist."""
    if not symbols:
        return {}
    return {
        symbol: Terms(
            to_units(row.tick),
            to_units(row.lot),
            to_units(row.max_quantity),
            market_selectors.decimals(row.tick),
            market_selectors.decimals(row.lot),
        )
        for symbol, row in market_selectors.instruments_by_symbol(symbols).items()
    }
