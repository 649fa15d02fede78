"""The capability: how an approved request is carried out, and how a protected service makes sure that it is one. See ADR 0012."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.kinds import Act, canonical
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.errors import ApprovalNeeded
from oms_site.infra.approvals.services.journal import begun_by, shortened, tell
from oms_site.infra.approvals.states import State
from oms_site.infra.tracking.context import going_on_with


def require(request: ChangeRequest | None, *, kind: str, payload: Mapping[str, Any], now: datetime, request_id: str = "") -> ChangeRequest:
    """For a protected service, in its transaction and before it writes: use the request up, or raise `ApprovalNeeded`.

    The object handed in counts for nothing but its id: the row is read again under a lock, and must be approved, not expired, not used,
    and of exactly this kind and payload. The row as it is now. What it allows can be done once, in this transaction or not at all.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an approval is used in the transaction of what it allows")
    row = None if request is None else ChangeRequest.objects.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if row is None:
        raise ApprovalNeeded("this needs a request that a second person has approved")
    why_not = _why_not(row, kind, payload, now)
    if why_not is not None:
        raise ApprovalNeeded(f"request {row.pk} does not allow this: {why_not}")
    tell("request_used", row, actor=row.requested_by, now=now, request_id=request_id)
    row.state, row.used_at = State.USED, now
    row.save(update_fields=["state", "used_at"])
    return row


def _why_not(row: ChangeRequest, kind: str, payload: Mapping[str, Any], now: datetime) -> str | None:
    if row.kind != kind:
        return f"it is of kind {row.kind}, not {kind}"
    if row.state != State.APPROVED:
        return f"it is {row.get_state_display()}"
    if row.expires_at <= now:
        return "it has expired"
    if canonical(row.payload) != canonical(payload):
        return "it is for something else; what stands may have changed since it was asked for"
    return None


def carry_out(request: ChangeRequest, *, now: datetime, request_id: str = "") -> str:
    """Do what an approved request asks for, whole or not at all; a sentence of what was done.

    Raises whatever the kind's service refuses with. A kind whose service does not use the request up is a mistake in the code.
    """
    with transaction.atomic(), going_on_with(begun_by(request)):
        done = selectors.kind_of(request).carry_out(Act(request, now, request_id))
        row = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if row.state != State.USED or row.used_at != now:
            raise RuntimeError(f"kind {request.kind}: carried out without approvals.require")
        row.outcome = shortened(done)
        row.save(update_fields=["outcome"])
    request.refresh_from_db()
    return done
