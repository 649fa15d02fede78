"""Django's entry for this app."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Positions, settlement and reports."""

    name = "reporting"
    label = "reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        """Make known how the log speaks of this room's rows."""
        from reporting import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
