"""Admin pages of market data, one file per model."""

from marketdata.admin.claims import FeedClaimAdmin
from marketdata.admin.depth import DepthSnapshotAdmin
from marketdata.admin.instruments import InstrumentAdmin
from marketdata.admin.quotes import LatestQuoteAdmin

__all__ = ["DepthSnapshotAdmin", "FeedClaimAdmin", "InstrumentAdmin", "LatestQuoteAdmin"]
