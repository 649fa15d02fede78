"""Django's entry for this app."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Accounts, limits, pre-trade checks and exposure."""

    name = "risk"
    label = "risk"
    verbose_name = "Risk"

    def ready(self) -> None:
        """Make known what of this room two people agree to, and how the log speaks of its rows."""
        from oms_site.infra.approvals.kinds import register  # noqa: PLC0415 - models are loaded by now, not before
        from risk import histories  # noqa: PLC0415
        from risk.services import account_kind, kill_kind, limit_kind, setting_kinds, widening  # noqa: PLC0415

        for kind in (*account_kind.KINDS, *limit_kind.KINDS, *kill_kind.KINDS, *setting_kinds.KINDS, *widening.KINDS):
            register(kind)
        histories.register_all()
