"""Django's entry for this app."""

from django.apps import AppConfig


class ReportingConfig(AppConfig):
    """Positions, settlement and reports."""

    name = "reporting"
    label = "reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        """Make known what of this room two people agree to, and how the log speaks of its rows."""
        from oms_site.infra.approvals.kinds import register  # noqa: PLC0415 - models are loaded by now, not before
        from reporting import histories  # noqa: PLC0415
        from reporting.services.books import cash, schedule_kind  # noqa: PLC0415

        for kind in (*cash.KINDS, *schedule_kind.KINDS):
            register(kind)
        histories.register_all()
