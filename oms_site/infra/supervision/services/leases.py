"""Leases: who may run a slot of a worker, and until when. A slot's generation rises with each lease, so a stale holder knows itself."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from oms_site.infra.supervision.models import DesiredState, DesiredWorker, WorkerLease

TTL_SECONDS = 10.0
"""How long a holder may run without renewing; also how long a task that was sent may take to begin."""
RENEW_SECONDS = 2.0
FAILED_SECONDS = 5.0
"""How long a slot rests after its run failed, so that a broken worker does not spin."""


class Assignment(NamedTuple):
    """A lease just given: the task to send for it."""

    worker: str
    slot: int
    generation: int
    task_id: str


class Wanted(NamedTuple):
    """What an operator wants of a slot, as its holder hears at each renewal."""

    state: str
    slots: int
    restart_requested_at: datetime | None


def leases_supervise(*, now: datetime, most: Mapping[str, int], died: Callable[[str, datetime], bool]) -> list[Assignment]:
    """Give every wanted slot without a live lease a new one; the caller sends a task for each once this has returned.

    `most` bounds how many of a worker run side by side (a worker not named there is left alone); `died(holder, since)` tells of
    holders known to have ended. Called twice at once it gives each lease once: the second call waits for the row and finds it live.
    """
    workers = [worker for worker in DesiredWorker.objects.exclude(state=DesiredState.STOP) if worker.name in most]
    wanted = {(worker.name, slot): worker for worker in workers for slot in range(min(worker.count, most[worker.name]))}
    found = {(lease.worker_id, lease.slot): lease for lease in WorkerLease.objects.all()}
    absent = wanted.keys() - found.keys()
    if absent:
        WorkerLease.objects.bulk_create([WorkerLease(worker_id=name, slot=slot) for name, slot in sorted(absent)], ignore_conflicts=True)
    vacant = [key for key in sorted(wanted) if key in absent or _vacant(found[key], wanted[key], now, died)]
    given = (_lease_give(worker=wanted[key], slot=key[1], now=now, died=died) for key in vacant)
    return [assignment for assignment in given if assignment is not None]


def lease_renew(
    *,
    worker: str,
    slot: int,
    generation: int,
    holder: str,
    state: str,
    progress: Mapping[str, Any],
    now: datetime,
    first: bool = False,
) -> Wanted | None:
    """Extend a lease and tell what its holder does; what is wanted of it now. None when the generation is stale: the holder must end."""
    values: dict[str, Any] = {
        "holder": holder,
        "state": state,
        "progress": dict(progress),
        "renewed_at": now,
        "expires_at": now + timedelta(seconds=TTL_SECONDS),
    }
    if first:
        values |= {"started_at": now, "message": ""}
    if not WorkerLease.objects.filter(worker_id=worker, slot=slot, generation=generation).update(**values):
        return None
    row = DesiredWorker.objects.filter(name=worker).values_list("state", "count", "restart_requested_at").first()
    return Wanted(*row) if row else None


def lease_release(*, worker: str, slot: int, generation: int, state: str, message: str, progress: Mapping[str, Any], now: datetime) -> bool:
    """Give a lease back with what it ended in (stopped, failed or halted) and why. False when it was stale already."""
    rest = FAILED_SECONDS if state == "failed" else 0.0
    return bool(
        WorkerLease.objects.filter(worker_id=worker, slot=slot, generation=generation).update(
            state=state,
            message=message[:500],
            progress=dict(progress),
            holder="",
            renewed_at=now,
            expires_at=now + timedelta(seconds=rest),
        )
    )


def _lease_give(*, worker: DesiredWorker, slot: int, now: datetime, died: Callable[[str, datetime], bool]) -> Assignment | None:
    with transaction.atomic():
        lease = WorkerLease.objects.select_for_update().filter(worker_id=worker.name, slot=slot).first()
        if lease is None or not _vacant(lease, worker, now, died):
            return None
        lease.generation += 1
        lease.task_id = str(uuid.uuid4())
        lease.state, lease.holder, lease.renewed_at = "sent", "", now
        lease.expires_at = now + timedelta(seconds=TTL_SECONDS)
        lease.save(update_fields=["generation", "task_id", "state", "holder", "renewed_at", "expires_at"])
    return Assignment(worker.name, slot, lease.generation, lease.task_id)


def _vacant(lease: WorkerLease, worker: DesiredWorker, now: datetime, died: Callable[[str, datetime], bool]) -> bool:
    """Whether nobody runs the slot, and somebody should."""
    if lease.state == "halted":
        return lease.renewed_at is None or worker.updated_at > lease.renewed_at  # an operator has acted since
    if lease.expires_at is None or lease.expires_at <= now:
        return True
    return bool(lease.holder) and lease.started_at is not None and died(lease.holder, lease.started_at)
