"""Admin pages of matching, one file per model."""

from matching.admin.trades import TradeAdmin

__all__ = ["TradeAdmin"]
