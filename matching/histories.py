"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from matching.models import Trade
from oms_site.infra.tracking.moments import Subject, register


def register_all() -> None:
    """When the app is ready. What is asked for of a trade is told under its two orders."""
    register(Trade, Subject(names=lambda row: [("order", row.buy_order), ("order", row.sell_order)]))
