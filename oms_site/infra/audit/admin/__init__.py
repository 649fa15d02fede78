"""The audit log, to look at."""

from oms_site.infra.audit.admin.entry import AuditEntryAdmin

__all__ = ["AuditEntryAdmin"]
