"""Rows of settings and the controls that say them to risk. Nobody is asked here who may: the services that call this have."""

from datetime import datetime
from typing import Any

from marketdata import selectors as market_selectors
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from risk.domain.settings import Said
from risk.domain.settings import SettingScope as Scope
from risk.models import Setting
from risk.services.controls import Control, controls_publish, microseconds
from schemas.enums import CommandType
from schemas.units import from_units

ADDED = frozenset({Scope.CASH, Scope.POSITION})
"""Each of these is a change and counts beside those before it."""
_PART = {Scope.BYPASS: "rule", Scope.RESTRICTION: "account"}


def setting_put(
    said: Said, *, actor: Any, reason: str, now: datetime, approval: ChangeRequest | None = None, request_id: str = ""
) -> Setting:
    """Write the row, the audit entry and the control, in the caller's transaction and under the caller's lock of the scope."""
    held = setting_held(said)
    follows = said.scope not in ADDED
    if held is not None and follows:
        Setting.objects.filter(pk=held.pk).update(current=False)
    row = Setting.objects.create(
        scope=Scope(said.scope).value,
        key=said.key,
        part=part_of(said),
        value=None if said.value is None else from_units(said.value),
        details=dict(said.details or {}),
        attributes=dict(said.attributes or {}),
        effective_until=None if said.effective_until is None else market_selectors.from_microseconds(said.effective_until),
        reason=reason,
        version=setting_version(said) + 1,
        set_at=now,
        set_by=actor,
        approval=approval,
    )
    controls_publish(control_of(row), actor=actor, now=now)
    _audit(row, held if follows else None, actor=actor, request_id=request_id, now=now)
    return row


def part_of(said: Said) -> str:
    """What tells two settings of one key apart."""
    return (said.details or {}).get(_PART.get(Scope(said.scope), ""), "")


def setting_held(said: Said) -> Setting | None:
    """The row in force about the same thing."""
    return Setting.objects.filter(scope=said.scope, key=said.key, part=part_of(said), current=True).order_by("-version").first()


def control_of(row: Setting) -> Control:
    """The control that says it to risk."""
    return Control(
        CommandType.SETTING,
        row.scope,
        row.key,
        value=None if row.value is None else int(row.value.scaleb(8)),
        reason=row.reason,
        details=row.details,
        attributes=row.attributes,
        effective_until=row.effective_until,
    )


def setting_version(said: Said) -> int:
    """How often it has been set."""
    rows = Setting.objects.filter(scope=said.scope, key=said.key, part=part_of(said))
    return rows.order_by("-version").values_list("version", flat=True).first() or 0


def setting_same(held: Setting, said: Said) -> bool:
    """Whether it is set so already."""
    until = None if held.effective_until is None else microseconds(held.effective_until)
    return (None if held.value is None else int(held.value.scaleb(8)), held.details, held.attributes, until) == (
        said.value,
        dict(said.details or {}),
        dict(said.attributes or {}),
        said.effective_until,
    )


def _audit(row: Setting, held: Setting | None, *, actor: Any, request_id: str, now: datetime) -> None:
    told = {"value": None if row.value is None else f"{row.value.normalize():f}", "details": row.details, "attributes": row.attributes}
    if row.effective_until:
        told["effective_until"] = row.effective_until.isoformat()
    before = None
    if held is not None:
        before = {"value": None if held.value is None else f"{held.value.normalize():f}", "details": held.details}
    audit.record(
        chain="settings",
        actor=actor,
        action="setting_set",
        object_type=row.scope,
        object_id=f"{row.key} {row.part}".strip(),
        detail={"before": before, "after": told, "version": row.version, "reason": row.reason}
        | ({"approval": row.approval_id} if row.approval_id else {}),
        request_id=request_id,
        now=now,
    )
