"""Passwords: changed by their owner, or set anew by an administrator for somebody else, who then has to change it before anything else."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from oms_site.infra.errors import Forbidden, InvalidInput
from risk.domain.roles import Permission
from risk.models import Profile
from risk.services.access import require
from risk.services.log_in import prove
from risk.services.sessions import sessions_revoke_all
from risk.services.tokens import tokens_revoke_all
from risk.services.told import said, told


class PasswordTooWeak(InvalidInput):
    """A new password breaks a rule; the message says which ones."""

    default_code = "password_too_weak"


def password_change(*, actor: Any, request: HttpRequest, password: str, new: str, keep: str, now: datetime, request_id: str = "") -> None:
    """Give oneself another password. Every token and every session but the one of digest `keep` is ended.

    Raises `CredentialsWrong` (field password) for what is not the present one, `LogInLocked`, `PasswordTooWeak` (field new).
    """
    prove(request=request, actor=actor, password=password, now=now, request_id=request_id)
    if new == password:
        raise PasswordTooWeak("new: is the one you have; choose another", field="new")
    _require_strong(new, actor)
    with transaction.atomic():
        _set(actor, new, by=actor, now=now, must_change=False)
        told(actor=actor, user=actor, action="password_changed", request_id=request_id, now=now)
        _end_everything(actor, actor, keep=keep, now=now, request_id=request_id)


def password_reset(*, actor: Any, user: Any, new: str, reason: str, now: datetime, request_id: str = "") -> None:
    """Give somebody else a password (random, made at the edge) that must be changed at the next log-in. Ends their sessions and tokens.

    Raises `Forbidden`, also for one's own; `InvalidInput` (reason).
    """
    require(actor, Permission.PERSON_SAVE)
    if actor.pk == user.pk:
        raise Forbidden("your own password is changed on your account page")
    words = said(reason)
    with transaction.atomic():
        _set(user, new, by=actor, now=now, must_change=True)
        told(actor=actor, user=user, action="password_reset", reason=words, request_id=request_id, now=now)
        _end_everything(actor, user, keep="", now=now, request_id=request_id)


def _require_strong(new: str, user: Any) -> None:
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise PasswordTooWeak("new: " + " ".join(error.messages), field="new") from None


def _set(user: Any, new: str, *, by: Any, now: datetime, must_change: bool) -> None:
    user.set_password(new)
    user.save(update_fields=["password"])
    values = {"must_change_password": must_change, "password_set_at": now, "password_set_by": by}
    Profile.objects.update_or_create(user=user, defaults=values)


def _end_everything(actor: Any, user: Any, *, keep: str, now: datetime, request_id: str) -> None:
    sessions_revoke_all(actor=actor, user=user, keep=keep, now=now, request_id=request_id)
    tokens_revoke_all(actor=actor, user=user, now=now, request_id=request_id)
