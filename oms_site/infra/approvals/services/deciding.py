"""Deciding: approve (and carry out, in the same transaction) or reject; once, by somebody else."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.asking import request_locked
from oms_site.infra.approvals.services.errors import RequestClosed, RequestExpired, SecondPersonNeeded
from oms_site.infra.approvals.services.journal import reason_checked, tell
from oms_site.infra.approvals.services.using import carry_out
from oms_site.infra.approvals.states import State
from oms_site.infra.errors import Forbidden


def request_approve(*, actor: Any, pk: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Agree, and carry it out unless its kind is deferred: all of it or nothing, so that what cannot be done stays undecided.

    Raises `NotFound`, `SecondPersonNeeded`, `Forbidden`, `RequestClosed`, `RequestExpired`, `InvalidInput`, and what the kind's service
    refuses with.
    """
    words = reason_checked(reason)
    with transaction.atomic():
        request = _to_decide(actor, pk, now)
        kind = selectors.kind_of(request)
        why_not = selectors.why_not_ask(request.requested_by, kind, request.payload)
        if why_not is not None:
            raise Forbidden(f"{request.requested_by} could not ask for this any more: {why_not}")
        tell("request_approved", request, actor=actor, now=now, request_id=request_id, reason=words)
        _decide(request, State.APPROVED, actor, words, now)
        if not kind.deferred:
            carry_out(request, now=now, request_id=request_id)
    return request


def request_reject(*, actor: Any, pk: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Refuse it for good. Raises as `request_approve` does."""
    words = reason_checked(reason)
    with transaction.atomic():
        request = _to_decide(actor, pk, now)
        tell("request_rejected", request, actor=actor, now=now, request_id=request_id, reason=words)
        _decide(request, State.REJECTED, actor, words, now)
    return request


def _to_decide(actor: Any, pk: int, now: datetime) -> ChangeRequest:
    """The request, locked, if this person can decide it now."""
    request = request_locked(pk)
    if request.requested_by_id == actor.pk:
        raise SecondPersonNeeded("you asked for this yourself: a second person must decide")
    if request.state != State.REQUESTED:
        by = f" (by {request.decided_by})" if request.decided_by else ""
        raise RequestClosed(f"it is {request.get_state_display()} already{by}")
    if request.expires_at <= now:
        raise RequestExpired(f"it expired at {request.expires_at:%Y-%m-%d %H:%M} UTC: it has to be asked for again")
    why_not = selectors.why_not_decide(actor, request)
    if why_not is not None:
        raise Forbidden(why_not)
    return request


def _decide(request: ChangeRequest, state: State, actor: Any, words: str, now: datetime) -> None:
    request.state, request.decided_by, request.decided_at, request.decision_reason = state, actor, now, words
    request.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
