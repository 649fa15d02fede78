"""Admin pages of requests."""

from oms_site.infra.approvals.admin.request import ChangeRequestAdmin

__all__ = ["ChangeRequestAdmin"]
