"""What an operator does to a worker: a row and an audit entry; the worker hears of it at its next renewal, within two seconds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from oms_site.infra.supervision.models import DesiredState, DesiredWorker

CHAIN = "workers"
PERMISSION = "supervision.change_desiredworker"
MOST = 16


def workers_sync(*, names: Iterable[str], now: datetime) -> list[str]:
    """Give every worker of the code a row (running, one of it); rows of workers the code no longer has go. The names added."""
    known = set(names)
    with transaction.atomic():
        DesiredWorker.objects.exclude(name__in=known).delete()
        have = set(DesiredWorker.objects.values_list("name", flat=True))
        added = sorted(known - have)
        DesiredWorker.objects.bulk_create([DesiredWorker(name=name, updated_at=now) for name in added], ignore_conflicts=True)
    return added


def worker_state_set(*, actor: Any, name: str, state: str, now: datetime, request_id: str = "") -> bool:
    """Run, pause or stop a worker. False when that is how it was: then nothing is written.

    Raises `Forbidden`, `NotFound`, and `InvalidInput` for an unknown state.
    """
    if state not in DesiredState.values:
        raise InvalidInput(f"{state!r} is no state of a worker", field="state")
    with transaction.atomic():
        worker = _locked(actor, name)
        if worker.state == state:
            return False
        before, worker.state, worker.updated_at = worker.state, state, now
        worker.save(update_fields=["state", "updated_at"])
        _audit(actor=actor, action="worker_state_set", name=name, detail={"from": before, "to": state}, request_id=request_id, now=now)
    return True


def worker_count_set(*, actor: Any, name: str, count: int, now: datetime, request_id: str = "") -> bool:
    """How many of a worker are wanted, 1 to 16 (more than the code allows side by side are not started). False when it was so."""
    if not 1 <= count <= MOST:
        raise InvalidInput(f"the count must be from 1 to {MOST}; stop the worker to have none", field="count")
    with transaction.atomic():
        worker = _locked(actor, name)
        if worker.count == count:
            return False
        before, worker.count, worker.updated_at = worker.count, count, now
        worker.save(update_fields=["count", "updated_at"])
        _audit(actor=actor, action="worker_count_set", name=name, detail={"from": before, "to": count}, request_id=request_id, now=now)
    return True


def worker_restart(*, actor: Any, name: str, now: datetime, request_id: str = "") -> None:
    """End a worker's present runs in order; supervision starts them anew, a halted one too. Raises `Forbidden`, `NotFound`."""
    with transaction.atomic():
        worker = _locked(actor, name)
        worker.restart_requested_at = worker.updated_at = now
        worker.save(update_fields=["restart_requested_at", "updated_at"])
        _audit(actor=actor, action="worker_restarted", name=name, detail={}, request_id=request_id, now=now)


def _locked(actor: Any, name: str) -> DesiredWorker:
    if not actor.has_perm(PERMISSION):
        raise Forbidden("only operations and administrators steer workers")
    worker = DesiredWorker.objects.select_for_update().filter(name=name).first()
    if worker is None:
        raise NotFound(f"there is no worker {name!r}")
    return worker


def _audit(*, actor: Any, action: str, name: str, detail: dict[str, Any], request_id: str, now: datetime) -> None:
    audit.record(
        chain=CHAIN,
        actor=actor,
        action=action,
        object_type="worker",
        object_id=name,
        detail=detail,
        request_id=request_id,
        now=now,
    )
