"""Django's entry for this app."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """Row events, edits made outside the product, histories."""

    name = "oms_site.infra.tracking"
    label = "tracking"
    verbose_name = "Tracking"

    def ready(self) -> None:
        """Make known how the log speaks of the lists of this app."""
        from oms_site.infra.tracking import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
