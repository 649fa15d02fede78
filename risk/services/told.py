"""What is told of a person in the audit log: one chain a person."""

from datetime import datetime
from typing import Any

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import InvalidInput

MAX_REASON = 200


def told(*, actor: Any, user: Any, action: str, now: datetime, request_id: str, **detail: Any) -> None:
    """Append an entry about `user`, in the transaction of what it tells. `actor` None: nobody who is logged in."""
    audit.record(
        chain=f"user-{user.pk}",
        actor=actor,
        action=action,
        object_type="user",
        object_id=user.get_username(),
        detail=detail,
        request_id=request_id,
        now=now,
    )


def said(reason: str) -> str:
    """A reason somebody gave, without blanks around it. Raises `InvalidInput` for none, or a very long one."""
    text = reason.strip()
    if not text or len(text) > MAX_REASON:
        raise InvalidInput(f"reason: say why, in 1 to {MAX_REASON} characters", field="reason")
    return text
