"""Django's entry for this app."""

from django.apps import AppConfig


class MarketdataConfig(AppConfig):
    """Instruments, quotes, feeds and the house liquidity provider."""

    name = "marketdata"
    label = "marketdata"
    verbose_name = "Market data"

    def ready(self) -> None:
        """Make known how the log speaks of this room's rows."""
        from marketdata import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
