"""Asking for something, and taking that back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.kinds import KINDS, Kind, canonical
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.errors import RequestClosed
from oms_site.infra.approvals.services.journal import reason_checked, shortened, tell
from oms_site.infra.approvals.states import WAITING, State
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput, NotFound


class SameAskedAlready(Conflict):
    """The very same waits for a decision already. HTTP 409."""

    default_code = "asked_already"


def request_submit(
    *,
    actor: Any,
    kind: str,
    payload: Mapping[str, Any],
    reason: str,
    now: datetime,
    expires_at: datetime | None = None,
    revert_at: datetime | None = None,
    request_id: str = "",
) -> ChangeRequest:
    """Ask for something that needs a second person; nothing happens until one approves it.

    `expires_at` is by default as late as the kind allows; `revert_at` must be given where the kind reverts by itself.
    Call it before you take locks of your own: who decides takes the request's first. Raises `Forbidden`, `InvalidInput`,
    `SameAskedAlready`, and what the kind's `describe` raises.
    """
    asked = kind_named(kind)
    require_may_ask(actor, asked, payload, alone=False)
    return request_create(
        asked,
        actor=actor,
        payload=payload,
        reason=reason,
        now=now,
        expires_at=expires_at,
        revert_at=revert_at,
        request_id=request_id,
        alone=False,
    )


def kind_named(name: str) -> Kind:
    """The kind. Raises `InvalidInput`."""
    if name not in KINDS:
        raise InvalidInput(f"kind: must be one of {', '.join(sorted(KINDS))}", field="kind")
    return KINDS[name]


def require_may_ask(actor: Any, kind: Kind, payload: Mapping[str, Any], *, alone: bool) -> None:
    """Raise `Forbidden` for somebody without the role, or with a part in it."""
    why_not = selectors.why_not_ask(actor, kind, payload, alone=alone)
    if why_not is not None:
        raise Forbidden(why_not)


def request_create(
    kind: Kind,
    *,
    actor: Any,
    payload: Mapping[str, Any],
    reason: str,
    now: datetime,
    expires_at: datetime | None,
    revert_at: datetime | None,
    request_id: str,
    alone: bool,
) -> ChangeRequest:
    """The row and its audit entry, by `actor`, who has been found to be allowed to."""
    words = reason_checked(reason)
    exact = canonical(payload)
    told = kind.describe(payload)
    with transaction.atomic():
        waiting = ChangeRequest.objects.filter(kind=kind.name, payload=payload, state__in=WAITING, expires_at__gt=now).first()
        if waiting is not None and not alone:
            raise SameAskedAlready(f"the same waits already, as request {waiting.pk} of {waiting.requested_by}")
        request = ChangeRequest.objects.create(
            kind=kind.name,
            title=shortened(told.title),
            scope=dict(told.scope),
            payload=dict(payload),
            changes=[list(change) for change in told.changes],
            reason=words,
            requested_by=actor,
            requested_at=now,
            expires_at=_expiry(kind, now, expires_at),
            revert_at=_reversion(kind, now, revert_at),
            break_glass=alone,
            request_id=request_id,
        )
        tell(
            "request_made",
            request,
            actor=actor,
            now=now,
            request_id=request_id,
            reason=words,
            payload=exact,
            break_glass=alone,
            expires_at=request.expires_at.isoformat(),
            revert_at=request.revert_at.isoformat() if request.revert_at else None,
        )
    return request


def request_withdraw(*, actor: Any, pk: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Take back what one has asked for and nobody has carried out. Raises `NotFound`, `Forbidden`, `RequestClosed`, `InvalidInput`."""
    words = reason_checked(reason)
    with transaction.atomic():
        request = request_locked(pk)
        if request.requested_by_id != actor.pk:
            raise Forbidden("only who asked can take it back; others decide")
        if request.state not in WAITING:
            raise RequestClosed(f"it is {request.get_state_display()} already")
        tell("request_withdrawn", request, actor=actor, now=now, request_id=request_id, reason=words)
        request.state = State.WITHDRAWN
        request.save(update_fields=["state"])
    return request


def request_locked(pk: int) -> ChangeRequest:
    """The row, nobody else's until commit. Raises `NotFound`."""
    request = ChangeRequest.objects.select_for_update(of=("self",)).select_related("requested_by").filter(pk=pk).first()
    if request is None:
        raise NotFound("there is no such request")
    return request


def _expiry(kind: Kind, now: datetime, wanted: datetime | None) -> datetime:
    latest = now + kind.waits
    if wanted is None:
        return latest
    if not now < wanted <= latest:
        raise InvalidInput(f"expires_at: after now and not after {latest:%Y-%m-%d %H:%M} UTC", field="expires_at")
    return wanted


def _reversion(kind: Kind, now: datetime, wanted: datetime | None) -> datetime | None:
    if kind.lasts is None:
        if wanted is not None:
            raise InvalidInput(f"revert_at: {kind.words} is not undone by itself; leave it out", field="revert_at")
        return None
    latest = now + kind.lasts
    if wanted is None or not now < wanted <= latest:
        raise InvalidInput(f"revert_at: say until when, not after {latest:%Y-%m-%d %H:%M} UTC", field="revert_at")
    return wanted
