"""Django's entry for this app."""

from django.apps import AppConfig


class MarketdataConfig(AppConfig):
    """Instruments, quotes, feeds and the house liquidity provider."""

    name = "marketdata"
    label = "marketdata"
    verbose_name = "Market data"
