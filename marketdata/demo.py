"""The demo's instruments and its example of a calendar as data.

Reference prices of IBM, BAC, AIG and EURUSD are where the real replay files begin, so that price limits fit. All instruments trade around
the clock; one has a band wide enough that only a market gone wild calls a volatility auction.
"""

from datetime import date, time
from decimal import Decimal
from typing import NamedTuple

from marketdata.domain.calendar_parts import HALF_DAY, HALF_DAY_KIND, HOLIDAY_KIND, Day, Line, Parts


class DemoInstrument(NamedTuple):
    """The values of one `Instrument` row."""

    symbol: str
    name: str
    reference_price: Decimal
    mic: str = "XNYS"
    cfi: str = "ESVUFR"
    currency: str = "USD"
    group: str = "EQUITY"
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    max_quantity: Decimal = Decimal(1_000_000)
    band: Decimal | None = None
    pause_seconds: int = 120


_NASDAQ = "XNAS"

DEMO_INSTRUMENTS: tuple[DemoInstrument, ...] = (
    DemoInstrument("IBM", "International Business Machines", Decimal("181.80")),
    DemoInstrument("BAC", "Bank of America", Decimal("13.92")),
    DemoInstrument("AIG", "American International Group", Decimal("49.06")),
    DemoInstrument(
        "EURUSD",
        "Euro / US dollar spot",
        Decimal("1.39485"),
        mic="XOMS",
        cfi="IFXXXP",
        group="FX",
        tick=Decimal("0.00001"),
        max_quantity=Decimal(50_000_000),
    ),
    DemoInstrument("AAPL", "Apple", Decimal("212.40"), mic=_NASDAQ),
    DemoInstrument("MSFT", "Microsoft", Decimal("431.20"), mic=_NASDAQ),
    DemoInstrument("GOOG", "Alphabet C", Decimal("172.65"), mic=_NASDAQ),
    DemoInstrument("AMZN", "Amazon", Decimal("186.30"), mic=_NASDAQ),
    DemoInstrument("NVDA", "NVIDIA", Decimal("124.75"), mic=_NASDAQ),
    DemoInstrument("META", "Meta Platforms A", Decimal("512.10"), mic=_NASDAQ),
    DemoInstrument("TSLA", "Tesla", Decimal("244.50"), mic=_NASDAQ, band=Decimal(25), pause_seconds=60),
    DemoInstrument("INTC", "Intel", Decimal("31.15"), mic=_NASDAQ),
    DemoInstrument("CSCO", "Cisco Systems", Decimal("47.85"), mic=_NASDAQ),
    DemoInstrument("JPM", "JPMorgan Chase", Decimal("204.90")),
    DemoInstrument("GE", "GE Aerospace", Decimal("163.40")),
    DemoInstrument("KO", "Coca-Cola", Decimal("63.25")),
    DemoInstrument("XOM", "Exxon Mobil", Decimal("114.70")),
    DemoInstrument("WMT", "Walmart", Decimal("68.35")),
    DemoInstrument("DIS", "Walt Disney", Decimal("101.60")),
    DemoInstrument("PFE", "Pfizer", Decimal("28.45")),
)
"""Twenty symbols."""

_MORNING = ((time(9), "pre_open", ""), (time(9, 25), "auction", "opening"), (time(9, 30), "continuous", ""))
_EVENING = ((time(15, 50), "auction", "closing"), (time(16), "closed", ""))
_EARLY = ((time(12, 50), "auction", "closing"), (time(13), "closed", ""))


def _lines(day: int, *steps: tuple[time, str, str]) -> tuple[Line, ...]:
    return tuple(Line(day, 0, at, phase, auction) for at, phase, auction in steps)


_HOLIDAYS = {
    "New Year's Day": (date(2026, 1, 1), date(2027, 1, 1)),
    "Martin Luther King, Jr. Day": (date(2026, 1, 19), date(2027, 1, 18)),
    "Washington's Birthday": (date(2026, 2, 16), date(2027, 2, 15)),
    "Good Friday": (date(2026, 4, 3), date(2027, 3, 26)),
    "Memorial Day": (date(2026, 5, 25), date(2027, 5, 31)),
    "Juneteenth": (date(2026, 6, 19), date(2027, 6, 18)),
    "Independence Day (observed)": (date(2026, 7, 3), date(2027, 7, 5)),
    "Labor Day": (date(2026, 9, 7), date(2027, 9, 6)),
    "Thanksgiving Day": (date(2026, 11, 26), date(2027, 11, 25)),
    "Christmas Day": (date(2026, 12, 25), date(2027, 12, 24)),
}
_HALF_DAYS = {
    "Day after Thanksgiving": (date(2026, 11, 27), date(2027, 11, 26)),
    "Christmas Eve": (date(2026, 12, 24),),
}

XNYS = Parts(
    zone="America/New_York",
    always_open=False,
    lines=tuple(line for day in range(5) for line in _lines(day, *_MORNING, *_EVENING)) + _lines(HALF_DAY, *_MORNING, *_EARLY),
    days=tuple(
        Day(day, kind, name)
        for kind, named in ((HOLIDAY_KIND, _HOLIDAYS), (HALF_DAY_KIND, _HALF_DAYS))
        for name, dates in named.items()
        for day in dates
    ),
)
"""The New York Stock Exchange with both its auctions, and its holidays and early closes of 2026 and 2027 as it has published them.

Followed by no demo instrument: an example for operators to look at and to assign.
"""
DEMO_CALENDARS = {"XNYS": ("New York Stock Exchange", XNYS)}
"""Code to name and parts."""
