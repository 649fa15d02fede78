"""What can be done to workers: by operators (`workers`), and by supervision and the workers themselves (`leases`)."""

from oms_site.infra.supervision.services.leases import (
    RENEW_SECONDS,
    TTL_SECONDS,
    Assignment,
    Wanted,
    lease_release,
    lease_renew,
    leases_supervise,
)
from oms_site.infra.supervision.services.workers import worker_count_set, worker_restart, worker_state_set, workers_sync

__all__ = [
    "RENEW_SECONDS",
    "TTL_SECONDS",
    "Assignment",
    "Wanted",
    "lease_release",
    "lease_renew",
    "leases_supervise",
    "worker_count_set",
    "worker_restart",
    "worker_state_set",
    "workers_sync",
]
