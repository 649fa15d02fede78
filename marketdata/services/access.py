"""Who may do what in this room: by role, decided in the service from the actor."""

from typing import Any

from oms_site.infra.errors import Forbidden, InvalidInput
from oms_site.infra.roles import roles as roles_of

DESK = frozenset({"operations", "admin"})
"""Roles that change instruments, calendars and phases."""
HALTING = DESK | {"risk"}
"""Roles that may halt a market: stopping it needs fewer hands than opening it."""
MAX_REASON = 200


def allowed(actor: Any, roles: frozenset[str]) -> bool:
    """Whether the actor has one of the roles; a superuser is an admin."""
    return bool(roles_of(actor) & roles)


def require(actor: Any, roles: frozenset[str], what: str) -> None:
    """Raise `Forbidden` unless the actor has one of the roles."""
    if not allowed(actor, roles):
        raise Forbidden(f"{what}: needs the role {' or '.join(sorted(roles))}")


def said(reason: str) -> str:
    """A reason somebody gave, without blanks around it. Raises `InvalidInput` for none, or a very long one."""
    text = reason.strip()
    if not text or len(text) > MAX_REASON:
        raise InvalidInput(f"reason: say why, in 1 to {MAX_REASON} characters", field="reason")
    return text
