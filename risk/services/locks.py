"""Lock-outs of log-ins that failed too often (django-axes counts them): an administrator lifts one before it ends by itself."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db import transaction

from oms_site.infra.audit import services as audit
from risk.domain.roles import Permission
from risk.services.access import require
from risk.services.told import said


def lock_release(*, actor: Any, attempt: AccessAttempt, reason: str, now: datetime, request_id: str = "") -> int:
    """Forget the failed log-ins of a name from an address; how many. Raises `Forbidden`, `InvalidInput` (reason)."""
    require(actor, Permission.LOCK_RELEASE)
    words = said(reason)
    known = get_user_model().objects.filter(username=attempt.username).exists()
    with transaction.atomic():
        attempts = AccessAttempt.objects.select_for_update().filter(username=attempt.username, ip_address=attempt.ip_address)
        failures = sum(attempts.values_list("failures_since_start", flat=True))
        attempts.delete()
        if failures:
            audit.record(
                chain="access",
                actor=actor,
                action="log_in_unlocked",
                object_type="user",
                object_id=attempt.username if known and attempt.username else "no such user",
                detail={"address": attempt.ip_address, "failures": failures, "reason": words},
                request_id=request_id,
                now=now,
            )
    return failures
