"""The one way in: whoever logs in, on a page or for a token, is identified here; failures are counted, locked out by name and address."""

from datetime import datetime
from typing import Any

import structlog
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest

from oms_site.infra import metrics
from oms_site.infra.errors import InvalidInput, OmsError
from oms_site.infra.rest.throttle import log_in_wait
from risk.selectors import otp_set_up
from risk.services.second_factor import otp_check
from risk.services.told import told

log = structlog.get_logger(__name__)


class CredentialsWrong(OmsError):
    """User name and password do not belong together, or the user is not active: all are answered alike. HTTP 401."""

    status = 401
    default_code = "credentials_wrong"


class OtpNeeded(OmsError):
    """The password is right, and this person has set up one-time codes: one is needed as well. HTTP 401."""

    status = 401
    default_code = "otp_needed"


class LogInsTooMany(OmsError):
    """More log-ins from one address than it may try in this time, right or wrong. HTTP 429."""

    status = 429
    default_code = "throttled"


class LogInLocked(OmsError):
    """Too many log-ins of this name failed from this address. HTTP 429."""

    status = 429
    default_code = "log_in_locked"


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the peer the server saw, never what a header says."""
    return str(request.META.get("REMOTE_ADDR") or "")


def identify(*, request: HttpRequest, username: str, password: str, otp: str | None, now: datetime, request_id: str = "") -> Any:
    """The active user whose name, password and (where set up) one-time code these are; with the backend it was found by.

    Raises `CredentialsWrong`, `OtpNeeded`, `LogInLocked`, and `InvalidInput` for a one-time code where none is set up. A failure counts
    for the name and the peer's address, whether there is such a user or not; a log-in forgets them.
    """
    _require_calm(address_of(request))
    user = authenticate(request, username=username, password=password)
    if user is None:
        raise _refused(request, username, CredentialsWrong("user name or password is wrong"), request_id, now)
    passed = otp_check(user=user, code=otp, now=now, request_id=request_id) if otp else None
    if passed is None:
        _require_none_set_up(user, otp)
    elif not passed:
        user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
        wrong = CredentialsWrong("the one-time code is wrong, or was used before", code="otp_wrong", field="otp")
        raise _refused(request, username, wrong, request_id, now)
    AxesProxyHandler.reset_attempts(username=username, ip_address=address_of(request))
    metrics.LOG_INS.labels("passed").inc()
    return user


def prove(*, request: HttpRequest, actor: Any, password: str, now: datetime, request_id: str = "") -> None:
    """Raise `CredentialsWrong` (field password) or `LogInLocked` unless this is the password of who asks; failures count as log-ins' do."""
    _require_calm(address_of(request))
    username = actor.get_username()
    if authenticate(request, username=username, password=password) is None:
        wrong = CredentialsWrong("this is not your password", field="password")
        raise _refused(request, username, wrong, request_id, now)


def _require_calm(address: str) -> None:
    wait = log_in_wait(address)
    if wait:
        metrics.LOG_INS.labels("throttled").inc()
        seconds = max(1, round(wait))
        raise LogInsTooMany(f"too many log-ins from here: try again in {seconds} s", headers={"Retry-After": str(seconds)})


def _require_none_set_up(user: Any, otp: str | None) -> None:
    if otp_set_up(user):
        raise OtpNeeded("otp: type the one-time code your device shows, or a recovery code", field="otp")
    if otp:
        raise InvalidInput("otp: this user has no one-time password set up; leave it out", field="otp")


def _refused(request: HttpRequest, username: str, why: OmsError, request_id: str, now: datetime) -> OmsError:
    """The refusal to raise: that of the lock, where this failure has brought it or it was there before."""
    if not getattr(request, "axes_locked_out", False):
        metrics.LOG_INS.labels("wrong").inc()
        log.warning("log_in_failed", code=why.code, address=address_of(request))
        return why
    metrics.LOG_INS.labels("locked").inc()
    if getattr(request, "axes_failures_since_start", None):  # this failure was the one too many
        _tell_locked(request, username, request_id, now)
    return LogInLocked(
        f"too many log-ins of this name have failed from here: try again in {-(-settings.OMS_LOCK_SECONDS // 60)} min,"
        " or ask an administrator to unlock it",
        headers={"Retry-After": str(settings.OMS_LOCK_SECONDS)},
    )


def _tell_locked(request: HttpRequest, username: str, request_id: str, now: datetime) -> None:
    """In the audit log where there is such a user; what was typed in otherwise may be anything, a password too."""
    log.warning("log_in_locked", address=address_of(request))
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        return
    with transaction.atomic():
        told(
            actor=None,
            user=user,
            action="log_in_locked",
            address=address_of(request),
            seconds=settings.OMS_LOCK_SECONDS,
            request_id=request_id,
            now=now,
        )
