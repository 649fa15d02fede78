"""Django's entry for this app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Order intake, life cycle and executions."""

    name = "orders"
    label = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        """Make known what of this room two people agree to, and how the log speaks of its rows."""
        from oms_site.infra.approvals.kinds import register  # noqa: PLC0415 - models are loaded by now, not before
        from orders import histories  # noqa: PLC0415
        from orders.services.correction_kind import CORRECTION  # noqa: PLC0415

        register(CORRECTION)
        histories.register_all()
