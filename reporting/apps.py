"""Django's entry for this app."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Positions, settlement and reports."""

    name = "reporting"
    label = "reporting"
    verbose_name = "Reporting"
