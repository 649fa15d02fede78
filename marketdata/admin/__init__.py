"""Admin pages of market data, one file per model."""

from marketdata.admin.calendars import TradingCalendarAdmin
from marketdata.admin.candles import CandleRowAdmin
from marketdata.admin.claims import FeedClaimAdmin
from marketdata.admin.depth import DepthSnapshotAdmin
from marketdata.admin.house import HouseQuotingAdmin
from marketdata.admin.instruments import InstrumentAdmin
from marketdata.admin.quotes import LatestQuoteAdmin
from marketdata.admin.regimes import SyntheticRegimeAdmin
from marketdata.admin.replays import QuoteReplayAdmin
from marketdata.admin.schedules import InstrumentScheduleAdmin

__all__ = [
    "CandleRowAdmin",
    "DepthSnapshotAdmin",
    "FeedClaimAdmin",
    "HouseQuotingAdmin",
    "InstrumentAdmin",
    "InstrumentScheduleAdmin",
    "LatestQuoteAdmin",
    "QuoteReplayAdmin",
    "SyntheticRegimeAdmin",
    "TradingCalendarAdmin",
]
