"""Admin pages of row events."""

from oms_site.infra.tracking.admin.outside import OutsideEditAdmin

__all__ = ["OutsideEditAdmin"]
