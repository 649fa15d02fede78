"""API tokens: issued at log-in, stored as SHA-256 only, checked against the database at every use so that a revocation acts at once."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput
from risk import selectors
from risk.domain.duties import DUTIES
from risk.domain.roles import Permission
from risk.models import ApiToken
from risk.services.access import require
from risk.services.log_in import address_of, identify

LIFETIME = timedelta(hours=12)
MIN_SECRET = 32
MAX_SECRET = 128


class AccountPageNeeded(Forbidden):
    """Before a token is given, this person has to do something on the account page: change the password, set up codes. HTTP 403."""

    default_code = "account_page_needed"


def token_issue(
    *, user: Any, secret: str, now: datetime, lifetime: timedelta = LIFETIME, address: str = "", request_id: str = ""
) -> ApiToken:
    """Store a token whose raw text is `secret` (random, made at the edge, `secrets.token_urlsafe(32)`), valid for `lifetime`.

    The same secret again gives the same token, prolonged. Raises `InvalidInput` for a secret of fewer than 32 characters.
    """
    if not MIN_SECRET <= len(secret) <= MAX_SECRET or not secret.isascii():
        raise InvalidInput(f"secret: must have {MIN_SECRET} to {MAX_SECRET} ASCII characters")
    with transaction.atomic():
        token, _ = ApiToken.objects.update_or_create(
            digest=_digest(secret),
            defaults={
                "user": user,
                "hint": secret[-4:],
                "created_at": now,
                "expires_at": now + lifetime,
                "revoked_at": None,
                "address": address,
            },
        )
        _audit(actor=user, action="token_issued", token=token, request_id=request_id, now=now)
    return token


def login(
    *, request: HttpRequest, username: str, password: str, otp: str | None, secret: str, now: datetime, request_id: str = ""
) -> ApiToken:
    """A token for whoever knows the password (and has the one-time code). Raises what `identify` does, and `AccountPageNeeded`."""
    user = identify(request=request, username=username, password=password, otp=otp, now=now, request_id=request_id)
    duty = selectors.duty_of(user)
    if duty is not None:
        raise AccountPageNeeded(f"{DUTIES[duty]}: log in to the account page first")
    return token_issue(user=user, secret=secret, now=now, address=address_of(request), request_id=request_id)


def token_user(raw: str) -> Any | None:
    """The user a raw token belongs to, or None when it is unknown, expired or revoked, or no log-in would let the user in.

    One query by primary key, and what the authentication backends ask.
    """
    if not MIN_SECRET <= len(raw) <= MAX_SECRET or not raw.isascii():
        return None
    token = selectors.live_token(_digest(raw))
    return token.user if token is not None and _let_in(token.user) else None


def token_revoke_raw(*, actor: Any, raw: str, now: datetime, request_id: str = "") -> bool:
    """Revoke the token a request came with; False when it was revoked already (or is none)."""
    token = ApiToken.objects.filter(digest=_digest(raw), user=actor).first()
    return token is not None and token_revoke(actor=actor, token=token, now=now, request_id=request_id)


def token_revoke(*, actor: Any, token: ApiToken, now: datetime, request_id: str = "") -> bool:
    """Revoke one token: one's own, or anyone's with the permission. False when it was revoked already."""
    if token.user_id != actor.pk:
        require(actor, Permission.TOKEN_REVOKE_ANY)
    with transaction.atomic():
        revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)
        if revoked:
            _audit(actor=actor, action="token_revoked", token=token, request_id=request_id, now=now)
    return bool(revoked)


def tokens_revoke_all(*, actor: Any, user: Any, now: datetime, request_id: str = "") -> int:
    """Revoke every live token of a user: oneself, or anyone with the permission. How many there were."""
    if user.pk != actor.pk:
        require(actor, Permission.TOKEN_REVOKE_ANY)
    with transaction.atomic():
        live = list(ApiToken.objects.select_for_update().filter(user=user, revoked_at=None).order_by("digest"))
        ApiToken.objects.filter(pk__in=[token.pk for token in live]).update(revoked_at=now)
        for token in live:
            _audit(actor=actor, action="token_revoked", token=token, request_id=request_id, now=now)
    return len(live)


def _let_in(user: Any) -> bool:
    return any(isinstance(backend, ModelBackend) and backend.user_can_authenticate(user) for backend in get_backends())


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def _audit(*, actor: Any, action: str, token: ApiToken, request_id: str, now: datetime) -> None:
    audit.record(
        chain=f"user-{token.user_id}",
        actor=actor,
        action=action,
        object_type="token",
        object_id=token.digest[:16],
        detail={"hint": token.hint, "expires_at": token.expires_at.isoformat()},
        request_id=request_id,
        now=now,
    )
