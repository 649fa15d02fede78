"""Django's entry for this app."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Which workers should run, who runs them, and the task that runs one."""

    name = "oms_site.infra.supervision"
    label = "supervision"
    verbose_name = "Workers"

    def ready(self) -> None:
        """Make known how the log speaks of this room's rows."""
        from oms_site.infra.supervision import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
