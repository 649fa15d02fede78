"""Tables of this room, one file a subject. Migrations see them as one."""

from marketdata.models.calendars import CalendarDay, CalendarDayKind, DayOffset, SessionDay, SessionLine, TradingCalendar
from marketdata.models.candles import Candle, CandleRow, PrintTape
from marketdata.models.digits import PRICE
from marketdata.models.house import HouseQuoting, HouseState
from marketdata.models.instruments import Instrument, InstrumentSchedule
from marketdata.models.phases import AUCTIONS, PHASES
from marketdata.models.quotes import DepthSnapshot, FeedClaim, LatestQuote
from marketdata.models.regimes import SyntheticRegime
from marketdata.models_replay import QuoteReplay

__all__ = [
    "AUCTIONS",
    "PHASES",
    "PRICE",
    "CalendarDay",
    "CalendarDayKind",
    "Candle",
    "CandleRow",
    "DayOffset",
    "DepthSnapshot",
    "FeedClaim",
    "HouseQuoting",
    "HouseState",
    "Instrument",
    "InstrumentSchedule",
    "LatestQuote",
    "PrintTape",
    "QuoteReplay",
    "SessionDay",
    "SessionLine",
    "SyntheticRegime",
    "TradingCalendar",
]
