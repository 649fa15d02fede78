"""Admin pages of alerts."""

from oms_site.infra.alerts.admin.alert import AlertAdmin

__all__ = ["AlertAdmin"]
