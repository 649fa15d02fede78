"""Break-glass: one person alone, at once and loudly; open until somebody else has reviewed it. See ADR 0012."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.urls import reverse

from oms_site.infra import metrics
from oms_site.infra.alerts import services as alerts
from oms_site.infra.alerts.models import Severity
from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.asking import kind_named, request_create, request_locked, request_withdraw, require_may_ask
from oms_site.infra.approvals.services.errors import RequestClosed, SecondPersonNeeded
from oms_site.infra.approvals.services.journal import LEAST_ALONE, reason_checked, tell
from oms_site.infra.approvals.services.using import carry_out
from oms_site.infra.approvals.states import State
from oms_site.infra.errors import Forbidden

log = structlog.get_logger(__name__)


def request_break_glass(
    *,
    actor: Any,
    kind: str,
    payload: Mapping[str, Any],
    reason: str,
    now: datetime,
    revert_at: datetime | None = None,
    request_id: str = "",
) -> ChangeRequest:
    """Do alone, at once, what needs two people: for the roles risk and admin, with a reason of 10 characters or more; loudly.

    Everything but the second person stays: exactly this payload, once, with its end, and not by somebody who has a part in it.
    Raises what `request_submit` and the kind's service raise; then nothing has happened.
    """
    asked = kind_named(kind)
    require_may_ask(actor, asked, payload, alone=True)
    words = reason_checked(reason, least=LEAST_ALONE)
    with transaction.atomic():
        request = request_create(
            asked,
            actor=actor,
            payload=payload,
            reason=words,
            now=now,
            expires_at=None,
            revert_at=revert_at,
            request_id=request_id,
            alone=True,
        )
        tell("break_glass_opened", request, actor=actor, now=now, request_id=request_id, reason=request.reason)
        request.state, request.decided_by, request.decided_at, request.decision_reason = State.APPROVED, actor, now, request.reason
        request.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        if not asked.deferred:
            carry_out(request, now=now, request_id=request_id)
        alerts.raise_alert(
            key=alert_key(request),
            kind="break_glass",
            severity=Severity.CRITICAL,
            text=f"Break-glass by {actor.get_username()}: {request.title}. Reason: {request.reason}",
            now=now,
            link=reverse("admin:approvals_changerequest_change", args=[request.pk]),
        )
        transaction.on_commit(lambda: _shout(request))
    return request


def request_take_alone(*, actor: Any, pk: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Break the glass for what one has asked for and nobody has decided: the request is withdrawn, and the same done at once, alone.

    The break-glass request. Raises `NotFound`, and what `request_withdraw` and `request_break_glass` raise; then it still waits.
    """
    with transaction.atomic():
        asked = request_locked(pk)
        if asked.state != State.REQUESTED:
            raise RequestClosed(f"it is {asked.get_state_display()} already")
        request_withdraw(actor=actor, pk=pk, reason="done alone, by break-glass", now=now, request_id=request_id)
        return request_break_glass(
            actor=actor,
            kind=asked.kind,
            payload=asked.payload,
            reason=reason,
            now=now,
            revert_at=asked.revert_at,
            request_id=request_id,
        )


def request_review(*, actor: Any, pk: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Say, as a second person, that one has looked at what was done alone, and what one found.

    Raises `NotFound`, `SecondPersonNeeded`, `Forbidden`, `RequestClosed`, `InvalidInput`.
    """
    words = reason_checked(reason)
    with transaction.atomic():
        request = request_locked(pk)
        if request.requested_by_id == actor.pk:
            raise SecondPersonNeeded("you did this yourself: somebody else must review it")
        why_not = selectors.why_not_review(actor, request)
        if why_not is not None:
            raise Forbidden(why_not)
        if not request.review_open:
            raise RequestClosed("there is nothing to review (any more)")
        tell("break_glass_reviewed", request, actor=actor, now=now, request_id=request_id, reason=words)
        request.reviewed_by, request.reviewed_at, request.review_reason = actor, now, words
        request.save(update_fields=["reviewed_by", "reviewed_at", "review_reason"])
    return request


def alert_key(request: ChangeRequest) -> str:
    """Key of the alert a break-glass raises."""
    return f"break-glass-{request.pk}"


def _shout(request: ChangeRequest) -> None:
    metrics.BREAK_GLASS.labels(request.kind).inc()
    log.error("break_glass", request=request.pk, kind=request.kind, title=request.title, by=str(request.requested_by), why=request.reason)
