"""Reads of requests: who may do what with one, and the lists people work from."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from oms_site.infra.approvals.kinds import KINDS, Kind
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.states import DONE, State
from oms_site.infra.roles import either, roles

BREAK_GLASS = frozenset({"risk", "admin"})
"""Roles that may act alone in an emergency."""
REVIEWERS = frozenset({"risk", "admin", "compliance"})
"""Roles that look at what was done so."""


def kind_of(request: ChangeRequest) -> Kind:
    """The kind of a request. Raises `KeyError` for one whose room is not installed (any more)."""
    return KINDS[request.kind]


def why_not_ask(user: Any, kind: Kind, payload: Any, *, alone: bool = False) -> str | None:
    """Why this person may not ask for this (`alone`: and do it at once, by break-glass); None when allowed."""
    allowed = BREAK_GLASS if alone else kind.may_request
    if not roles(user) & allowed:
        return f"{'break-glass' if alone else kind.words}: needs the role {either(allowed)}"
    if user.pk in kind.owners(payload):
        return "you have a part in what this would change: somebody else must ask for it"
    return None


def why_not_decide(user: Any, request: ChangeRequest) -> str | None:
    """Why this person may not decide this request; None when allowed. Whether it still can be decided is another question."""
    kind = kind_of(request)
    if user.pk == request.requested_by_id:
        return "you asked for this yourself: a second person must decide"
    if not roles(user) & kind.may_approve:
        return f"{kind.words}: to decide needs the role {either(kind.may_approve)}"
    if user.pk in kind.owners(request.payload):
        return "you have a part in what this would change: somebody else must decide"
    return None


def why_not_review(user: Any, request: ChangeRequest) -> str | None:
    """Why this person may not review what was done alone; None when allowed."""
    if user.pk == request.requested_by_id:
        return "you did this yourself: somebody else must review it"
    if not roles(user) & REVIEWERS:
        return f"to review needs the role {either(REVIEWERS)}"
    if user.pk in kind_of(request).owners(request.payload):
        return "you have a part in what this changed: somebody else must review it"
    return None


def requests_to_decide(user: Any, now: datetime) -> list[ChangeRequest]:
    """Requests that wait for this person: of other people, of kinds this person's roles decide, without a part in them; oldest first."""
    held = roles(user)
    kinds = [kind.name for kind in KINDS.values() if kind.may_approve & held]
    waiting = _told().filter(state=State.REQUESTED, kind__in=kinds, expires_at__gt=now).exclude(requested_by=user).order_by("id")
    return [request for request in waiting if user.pk not in kind_of(request).owners(request.payload)]


def reversion_overdue(now: datetime) -> timedelta:
    """How long the oldest change whose time is over has not been undone; zero when there is none."""
    due = ChangeRequest.objects.filter(state=State.USED, revert_at__lte=now).order_by("revert_at").values_list("revert_at", flat=True)
    oldest = due.first()
    return timedelta(0) if oldest is None else now - oldest


def break_glass_open() -> QuerySet[ChangeRequest]:
    """What one person did alone and nobody has reviewed yet, oldest first."""
    return _told().filter(break_glass=True, reviewed_at=None, state__in=DONE).order_by("id")


def _told() -> QuerySet[ChangeRequest]:
    return ChangeRequest.objects.select_related("requested_by", "decided_by", "reviewed_by")
