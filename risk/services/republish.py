"""Everything in force, sent again: for a log that has been started afresh. Risk then stands as it stood, but for exposures."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from risk.domain.roles import Permission
from risk.domain.settings import SettingScope
from risk.models import Kill, LimitVersion, Setting
from risk.services import kills, limits, setting_rows
from risk.services.access import require
from risk.services.controls import Control, controls_publish
from risk.services.entitlements import entitlements_republish


def controls_republish(*, actor: Any, now: datetime, request_id: str = "") -> int:
    """Send account terms, settings, limits with all that is laid down for later, and kills in force again. How many controls."""
    require(actor, Permission.LIMIT_SET)
    with transaction.atomic():
        controls = controls_standing(now)
        for control in controls:
            controls_publish(control, actor=actor, now=now)
        people = entitlements_republish(actor=actor, now=now)
        audit.record(
            chain="limits",
            actor=actor,
            action="controls_republished",
            object_type="limit",
            object_id="all",
            detail={"controls": len(controls), "people": people},
            request_id=request_id,
            now=now,
        )
    return len(controls) + people


def controls_standing(now: datetime) -> list[Control]:
    """Everything in force and laid down for later, as controls in an order that leads to it."""
    standing = Setting.objects.filter(current=True).exclude(scope=SettingScope.ENABLE).order_by("id")
    controls = [setting_rows.control_of(row) for row in standing if _holds(row, now)]
    controls += [_begun(limits.control_of(row), now) for row in LimitVersion.objects.order_by("id") if _holds(row, now)]
    controls += [kills.control_of(kill) for kill in Kill.objects.filter(released_at=None).order_by("id")]
    return controls


def _holds(row: LimitVersion | Setting, now: datetime) -> bool:
    return row.effective_until is None or row.effective_until > now


def _begun(control: Control, now: datetime) -> Control:
    """What has begun to hold holds at once: else a limit set before it, sent again now, would seem to have begun later."""
    begun = control.effective_from is not None and control.effective_from <= now
    return replace(control, effective_from=None) if begun else control
