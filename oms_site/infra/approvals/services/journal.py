"""The audit entries of requests, in one chain. Each is written before the step it tells: the database looks for it."""

from datetime import datetime
from typing import Any

from django.utils.text import Truncator

from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.audit.correlation import correlated
from oms_site.infra.errors import InvalidInput

CHAIN = "approvals"
MOST_WORDS = 200
_LEAST = 3
LEAST_ALONE = 10
"""Characters of the reason of somebody who acts alone."""


def tell(action: str, request: ChangeRequest, *, actor: Any, now: datetime, request_id: str, **detail: Any) -> None:
    """Append the entry. `actor` None is the clock."""
    with correlated(begun_by(request)):
        audit.record(
            chain=CHAIN,
            actor=actor,
            action=action,
            object_type="change_request",
            object_id=str(request.pk),
            detail={"kind": request.kind, "title": request.title} | detail,
            request_id=request_id,
            now=now,
        )


def begun_by(request: ChangeRequest) -> str:
    """The correlation id of all that comes of a request: the call that asked for it; without one, its number."""
    return request.request_id or f"request-{request.pk}"


def reason_checked(reason: str, *, least: int = _LEAST) -> str:
    """The reason as typed, without space around it. Raises `InvalidInput` unless it has 3 (or `least`) to 200 printable characters."""
    words = reason.strip() if isinstance(reason, str) else ""
    if not least <= len(words) <= MOST_WORDS or not words.isprintable():
        raise InvalidInput(f"reason: say why, in {least} to {MOST_WORDS} characters", field="reason")
    return words


def shortened(text: str) -> str:
    """At most as much as fits."""
    return Truncator(text).chars(MOST_WORDS)
