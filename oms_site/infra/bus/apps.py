"""Django's entry for this app."""

from django.apps import AppConfig


class BusConfig(AppConfig):
    """The bus."""

    name = "oms_site.infra.bus"
    label = "bus"
    verbose_name = "Bus, outbox and offsets"

    def ready(self) -> None:
        """Make known what of this room two people agree to."""
        from oms_site.infra.approvals.kinds import register  # noqa: PLC0415 - models are loaded by now, not before
        from oms_site.infra.bus.replay import REPLAY  # noqa: PLC0415

        register(REPLAY)
