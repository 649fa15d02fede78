"""By what right a socket is open, checked against PostgreSQL at the start and every two seconds."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from django.contrib.auth import get_user
from django.http import HttpRequest

from oms_site.account.middleware import DUTY
from oms_site.infra.alerts.selectors import DESK_ROLES
from risk import selectors as risk_selectors
from risk import services as risk_services
from risk.domain.roles import MAY_TRADE
from risk.sessions import SessionStore


class Credential(Protocol):
    """Something a user is known by; equal credentials are checked once for all their sockets."""

    def user(self) -> Any | None:
        """The active user, None when it is not (or no longer) good. Reads PostgreSQL."""


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """A browser's session."""

    key: str = field(repr=False)

    def user(self) -> Any | None:
        """The session's user: as for a page, its age, idle time, a changed password or a deactivated user ends it.

        Nobody, too, while its person has something to do on the account page first.
        """
        request = HttpRequest()
        request.session = SessionStore(self.key)
        user = get_user(request)
        return user if user.is_authenticated and user.is_active and DUTY not in request.session else None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A REST token."""

    raw: str = field(repr=False)

    def user(self) -> Any | None:
        """The token's user."""
        return risk_services.token_user(self.raw)


@dataclass(frozen=True, slots=True)
class Access:
    """What a credential is good for now: nothing without a user; `accounts` is None when it was not asked for."""

    user: Any | None
    has_role: bool = False
    accounts: frozenset[str] | None = None
    desk: bool = False
    """Whether one of the roles is a desk's."""
    trades: bool = False
    """Whether one of the roles enters orders."""


def access(credential: Credential, *, with_accounts: bool) -> Access:
    """Look a credential up. Reads PostgreSQL."""
    user = credential.user()
    if user is None:
        return Access(None)
    accounts = frozenset(risk_selectors.visible_accounts(user)) if with_accounts else None
    roles = risk_selectors.roles(user)
    return Access(user, bool(roles), accounts, bool(roles & DESK_ROLES), bool(roles & MAY_TRADE))
