"""Django's entry for this app."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Accounts, limits, pre-trade checks and exposure."""

    name = "risk"
    label = "risk"
    verbose_name = "Risk"
