"""The demo's instruments as data. Reference prices of IBM, BAC, AIG and EURUSD are where the real replay files begin, so that bands fit."""

from decimal import Decimal
from typing import NamedTuple


class DemoInstrument(NamedTuple):
    """The values of one `Instrument` row."""

    symbol: str
    name: str
    reference_price: Decimal
    mic: str = "XNYS"
    cfi: str = "ESVUFR"
    currency: str = "USD"
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    max_quantity: Decimal = Decimal(1_000_000)


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
        tick=Decimal("0.00001"),
        max_quantity=Decimal(50_000_000),
    ),
    DemoInstrument("AAPL", "Apple", Decimal("212.40"), mic=_NASDAQ),
    DemoInstrument("MSFT", "Microsoft", Decimal("431.20"), mic=_NASDAQ),
    DemoInstrument("GOOG", "Alphabet C", Decimal("172.65"), mic=_NASDAQ),
    DemoInstrument("AMZN", "Amazon", Decimal("186.30"), mic=_NASDAQ),
    DemoInstrument("NVDA", "NVIDIA", Decimal("124.75"), mic=_NASDAQ),
    DemoInstrument("META", "Meta Platforms A", Decimal("512.10"), mic=_NASDAQ),
    DemoInstrument("TSLA", "Tesla", Decimal("244.50"), mic=_NASDAQ),
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
