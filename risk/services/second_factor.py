"""One-time codes (RFC 6238): set up by a person, confirmed by a first code, asked for at every log-in; recovery codes for a lost device."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from oms_site.infra.errors import Conflict, Forbidden, InvalidInput
from risk.domain.roles import Permission
from risk.models import RecoveryCode
from risk.selectors import otp_set_up
from risk.services.access import require
from risk.services.told import said, told

DIGITS = 6


class OtpWrong(InvalidInput):
    """The code is not the device's now, was used before, or came too soon after a wrong one. HTTP 400."""

    default_code = "otp_wrong"


def otp_check(*, user: Any, code: str, now: datetime, request_id: str = "") -> bool | None:
    """Whether a one-time or recovery code is good, which uses it up; None when the user has set up none.

    A device takes each code once, and after wrong ones waits for longer and longer.
    """
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            return None
        if len(code) == DIGITS and code.isascii() and code.isdigit():
            return bool(device.verify_token(code))
        used = RecoveryCode.objects.filter(pk=_digest(code), user=user, used_at=None).update(used_at=now)
        if used:
            left = RecoveryCode.objects.filter(user=user, used_at=None).count()
            told(actor=user, user=user, action="recovery_code_used", left=left, request_id=request_id, now=now)
        return bool(used)


def otp_begin(*, actor: Any, key: str, now: datetime) -> TOTPDevice:
    """A device for the person who asks, not good for anything until it is confirmed. `key`: 20 random bytes in hex, made at the edge.

    One that was begun before and not confirmed is replaced. Raises `Conflict` where one is set up.
    """
    with transaction.atomic():
        _require_none(actor)
        TOTPDevice.objects.filter(user=actor, confirmed=False).delete()
        return TOTPDevice.objects.create(user=actor, name="authenticator", key=key, confirmed=False)


def otp_confirm(*, actor: Any, code: str, recovery: Sequence[str], now: datetime, request_id: str = "") -> TOTPDevice:
    """Set up the device that was begun, on its first good code; `recovery` (random, made at the edge) become its recovery codes.

    Raises `OtpWrong`, and `Conflict` where nothing was begun or one is set up.
    """
    with transaction.atomic():
        _require_none(actor)
        device = TOTPDevice.objects.select_for_update().filter(user=actor, confirmed=False).first()
        if device is None:
            raise Conflict("begin anew: there is no device to confirm")
        good = _good(device, code)
        if good:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            _recovery_store(actor, recovery, now)
            told(actor=actor, user=actor, action="otp_set_up", recovery_codes=len(recovery), request_id=request_id, now=now)
    if not good:
        raise OtpWrong("code: is not what your device should show now; check its clock", field="code")
    return device


def recovery_renew(*, actor: Any, code: str, recovery: Sequence[str], now: datetime, request_id: str = "") -> None:
    """New recovery codes in place of all earlier ones. Raises `OtpWrong`."""
    _require_good(actor, code, now, request_id)
    with transaction.atomic():
        _recovery_store(actor, recovery, now)
        told(actor=actor, user=actor, action="recovery_codes_renewed", recovery_codes=len(recovery), request_id=request_id, now=now)


def otp_remove(*, actor: Any, code: str, now: datetime, request_id: str = "") -> None:
    """Do without one-time codes again; the last one is asked for. Raises `OtpWrong`."""
    _require_good(actor, code, now, request_id)
    with transaction.atomic():
        _remove(actor)
        told(actor=actor, user=actor, action="otp_removed", reason="own wish", request_id=request_id, now=now)


def otp_remove_from(*, actor: Any, user: Any, reason: str, now: datetime, request_id: str = "") -> bool:
    """Take a lost device away from somebody else; False where there was none. Raises `Forbidden`, `InvalidInput` (reason)."""
    require(actor, Permission.PERSON_SAVE)
    if actor.pk == user.pk:
        raise Forbidden("your own one-time codes are removed on your account page, with a code")
    words = said(reason)
    with transaction.atomic():
        removed = _remove(user)
        if removed:
            told(actor=actor, user=user, action="otp_removed", reason=words, request_id=request_id, now=now)
    return removed


def _good(device: TOTPDevice, code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit() and bool(device.verify_token(code))


def _require_none(user: Any) -> None:
    if otp_set_up(user):
        raise Conflict("one-time codes are set up already: remove them first")


def _require_good(actor: Any, code: str, now: datetime, request_id: str) -> None:
    passed = otp_check(user=actor, code=code, now=now, request_id=request_id)
    if passed is None:
        raise Conflict("one-time codes are not set up")
    if not passed:
        raise OtpWrong("code: is wrong, was used before, or came too soon after a wrong one", field="code")


def _remove(user: Any) -> bool:
    RecoveryCode.objects.filter(user=user).delete()
    removed, _ = TOTPDevice.objects.filter(user=user).delete()
    return bool(removed)


def _recovery_store(user: Any, codes: Sequence[str], now: datetime) -> None:
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(digest=_digest(code), user=user, made_at=now) for code in codes])


def _digest(code: str) -> str:
    """Of a recovery code as it is typed: case and hyphens do not matter."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").lower().encode()).hexdigest()
