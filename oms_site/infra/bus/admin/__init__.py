"""What the bus keeps, to look at, and the dead letters, whose replay can be asked for."""

from oms_site.infra.bus.admin.tables import ConsumedOffsetAdmin, OutboxMessageAdmin, WorkerSnapshotAdmin

__all__ = ["ConsumedOffsetAdmin", "OutboxMessageAdmin", "WorkerSnapshotAdmin"]
