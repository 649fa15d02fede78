"""The workers page: what is wanted, who runs it, and the buttons that steer it."""

from oms_site.infra.supervision.admin.worker import DesiredWorkerAdmin

__all__ = ["DesiredWorkerAdmin"]
