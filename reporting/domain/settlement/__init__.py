"""From a trade to its delivery against payment: dates, life cycle, parts, netting, and what the simulated houses answer. Pure. ADR 0016."""

from reporting.domain.settlement.dates import day_of, settlement_date

__all__ = ["day_of", "settlement_date"]
