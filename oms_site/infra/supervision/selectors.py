"""Reads of workers and their slots, for readiness and metrics."""

from datetime import datetime
from typing import NamedTuple

from oms_site.infra.supervision.models import DesiredState, DesiredWorker, WorkerLease

WORKING = ("recovering", "running", "paused")


class Slot(NamedTuple):
    """A slot: whether operators want it, whether somebody holds it, what it does, and how long ago it was renewed (None: never)."""

    worker: str
    slot: int
    wanted: bool
    live: bool
    state: str
    age_seconds: float | None


def slots_list(now: datetime) -> list[Slot]:
    """Every slot there is or should be, by worker and number."""
    leases = {(lease.worker_id, lease.slot): lease for lease in WorkerLease.objects.all()}
    workers = DesiredWorker.objects.all()
    wanted = {(worker.name, number) for worker in workers if worker.state != DesiredState.STOP for number in range(worker.count)}
    return [_slot(key, key in wanted, leases.get(key), now) for key in sorted(wanted | leases.keys())]


def _slot(key: tuple[str, int], wanted: bool, lease: WorkerLease | None, now: datetime) -> Slot:
    if lease is None or lease.renewed_at is None or lease.expires_at is None:
        return Slot(*key, wanted, False, "idle", None)
    live = bool(lease.holder) and lease.expires_at > now
    state = "gone" if lease.state in WORKING and not live else lease.state
    return Slot(*key, wanted, live, state, (now - lease.renewed_at).total_seconds())
