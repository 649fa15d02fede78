"""Sessions of browsers: told when they begin and end; ended by their person or by an administrator, for pages, REST and sockets alike."""

from datetime import datetime
from typing import Any

from django.db import transaction

from risk.domain.roles import Permission
from risk.models import WebSession
from risk.selectors import sessions_live
from risk.services.access import require
from risk.services.told import told

SHOWN = 12
"""So many characters of a session's digest name it in the audit log."""
MAX_AGENT = 200


def session_begin(*, actor: Any, digest: str, address: str, agent: str, now: datetime, request_id: str = "") -> None:
    """Tell that a log-in made a session, and remember where it came from."""
    with transaction.atomic():
        WebSession.objects.filter(pk=digest).update(address=address, agent=agent[:MAX_AGENT])
        told(actor=actor, user=actor, action="logged_in", session=digest[:SHOWN], address=address, request_id=request_id, now=now)


def session_end(*, actor: Any, digest: str, now: datetime, request_id: str = "") -> None:
    """Tell that a person logged out; Django's log-out has removed the session."""
    with transaction.atomic():
        told(actor=actor, user=actor, action="logged_out", session=digest[:SHOWN], request_id=request_id, now=now)


def session_seen(*, digest: str, now: datetime) -> None:
    """Idle time counts from now."""
    WebSession.objects.filter(pk=digest).update(seen_at=now)


def session_revoke(*, actor: Any, session: WebSession, now: datetime, request_id: str = "") -> bool:
    """End one session: one's own, or anyone's with the permission. False when it was gone already."""
    if session.user_id != actor.pk:
        require(actor, Permission.SESSION_REVOKE_ANY)
    with transaction.atomic():
        removed, _ = WebSession.objects.filter(pk=session.pk).delete()
        if removed and session.user is not None:
            told(actor=actor, user=session.user, action="session_revoked", session=session.pk[:SHOWN], request_id=request_id, now=now)
    return bool(removed)


def sessions_revoke_all(*, actor: Any, user: Any, now: datetime, keep: str = "", request_id: str = "") -> int:
    """End every session of a user but the one of digest `keep`: oneself, or anyone with the permission. How many were live."""
    if user.pk != actor.pk:
        require(actor, Permission.SESSION_REVOKE_ANY)
    with transaction.atomic():
        ended = list(sessions_live(user, now).exclude(pk=keep).values_list("pk", flat=True))
        WebSession.objects.filter(user=user).exclude(pk=keep).delete()
        for digest in ended:
            told(actor=actor, user=user, action="session_revoked", session=digest[:SHOWN], request_id=request_id, now=now)
    return len(ended)
