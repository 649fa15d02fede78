"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from marketdata.models import DepthSnapshot, HouseQuoting, Instrument, InstrumentSchedule, LatestQuote, SyntheticRegime, TradingCalendar
from oms_site.infra.tracking.moments import Subject, register


def register_all() -> None:
    """When the app is ready. What is a market's is told under its instrument."""
    by_symbol = Subject(names=lambda row: [("instrument", row.pk)])
    register(Instrument, by_symbol, object_type="instrument")
    for model in (InstrumentSchedule, LatestQuote, DepthSnapshot):
        register(model, by_symbol)
    register(HouseQuoting, Subject(names=lambda row: [("house_quoting", row.pk), ("instrument", row.pk)]), object_type="house_quoting")
    register(TradingCalendar, Subject(names=lambda row: [("tradingcalendar", row.pk)]), object_type="tradingcalendar")
    register(SyntheticRegime, Subject(names=lambda row: [("syntheticregime", str(row.pk))]), object_type="syntheticregime")
