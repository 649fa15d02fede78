"""Django's entry for this app."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Requests that a second person decides."""

    name = "oms_site.infra.approvals"
    label = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        """Make known how the log speaks of this room's rows."""
        from oms_site.infra.approvals import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
