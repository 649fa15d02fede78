"""Limits: a version people see, an audit entry, and a control in the log that the risk workers act on, in one transaction.

To tighten takes one person. What may let more through at any moment to come needs a request that a second person has approved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput
from risk import selectors
from risk.domain.dated import Dated
from risk.domain.limits import FIRM, OPTIONAL, is_tighter, limit_fault, loosens
from risk.domain.roles import Permission
from risk.models import Limit, LimitVersion
from risk.services.access import one_at_a_time, require
from risk.services.controls import Control, controls_publish, microseconds
from risk.services.scopes import require_known
from schemas.enums import CommandType
from schemas.units import UnitsError, format_units, to_units

FOR_GOOD = "limit_loosen"
FOR_A_TIME = "limit_loosen_until"


class LimitInvalid(InvalidInput):
    """A limit's scope, key, rule, value or dates make no sense; `field` says which."""


class LimitChanged(Conflict):
    """Somebody changed the limit since the form was opened. HTTP 409."""

    default_code = "limit_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """What is to be set: `value` None takes the limit away. `seen` is the version the person saw (0: none), None for whatever stands."""

    scope: str
    key: str
    rule: str
    value: Decimal | None
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A change against what stands: the version it follows, the value in force now (1e-8), and whether it may let more through."""

    change: LimitChange
    version: int
    held: int | None
    units: int | None
    loosened: bool
    same: bool

    @property
    def name(self) -> selectors.Name:
        """Scope, key and rule."""
        return self.change.scope, self.change.key, self.change.rule


def limit_set(
    *,
    actor: Any,
    scope: str,
    key: str,
    rule: str,
    value: Decimal,
    now: datetime,
    expected_version: int | None = None,
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
    reason: str = "",
    request_id: str = "",
) -> Limit:
    """Put a limit in force, if that lets no more through; the same again changes nothing and is not published.

    Raises `Forbidden`, `LimitInvalid`, `LimitChanged` when the limit is no longer of the version the person saw, and `ApprovalNeeded`
    for what loosens: then ask with `limits_request`.
    """
    change = LimitChange(
        scope=scope,
        key=key,
        rule=rule,
        value=value,
        effective_from=effective_from,
        effective_until=effective_until,
        seen=expected_version,
    )
    limits_apply(actor=actor, changes=[change], reason=reason, now=now, request_id=request_id)
    return Limit.objects.get(scope=scope, key=key, rule=rule)


def limit_remove(*, actor: Any, limit: Limit, now: datetime, request_id: str = "") -> bool:
    """Take a limit away that does not hold (any more); False when it was gone already. One that holds needs `limits_request`.

    The firm's limits of rules that need one stay, as without them risk rejects every order: raises `LimitInvalid`. And `ApprovalNeeded`.
    """
    require(actor, Permission.LIMIT_SET)
    _require_removable(limit.scope, limit.rule)
    if not Limit.objects.filter(scope=limit.scope, key=limit.key, rule=limit.rule).exists():
        return False
    change = LimitChange(scope=limit.scope, key=limit.key, rule=limit.rule, value=None)
    return bool(limits_apply(actor=actor, changes=[change], reason="", now=now, request_id=request_id))


def limits_apply(
    *,
    actor: Any,
    changes: Sequence[LimitChange],
    reason: str,
    now: datetime,
    approval: ChangeRequest | None = None,
    request_id: str = "",
) -> list[LimitVersion]:
    """Set limits, all or none; the versions made (none for what stands already).

    As soon as one of them may let more through, exactly these changes must be what `approval` allows. Raises as `limit_set`.
    """
    require(actor, Permission.LIMIT_SET)
    with transaction.atomic():
        one_at_a_time("limits")
        plans = [limit_plan(change, now) for change in changes]
        if approval is not None or any(plan.loosened for plan in plans):
            payload = limits_payload(plans)
            approvals.require(approval, kind=kind_of(plans), payload=payload, now=now, request_id=request_id)
        return [
            _put(plan, actor=actor, reason=reason, approval=approval, now=now, request_id=request_id) for plan in plans if not plan.same
        ]


@dataclass(frozen=True, slots=True)
class LimitsDone:
    """What became of changes: versions that were made, or the request that waits for a second person."""

    made: list[LimitVersion]
    asked: ChangeRequest | None


def limits_set_or_ask(*, actor: Any, changes: Sequence[LimitChange], reason: str, now: datetime, request_id: str = "") -> LimitsDone:
    """Set what one person may; what may let more through is asked for, all of it in one request. Raises as both do."""
    require(actor, Permission.LIMIT_SET)
    plans = [limit_plan(change, now) for change in changes]
    tighter = [plan.change for plan in plans if not plan.loosened]
    looser = [plan.change for plan in plans if plan.loosened]
    with transaction.atomic():
        asked = None
        if looser:
            asked = limits_request(actor=actor, changes=looser, reason=reason, now=now, request_id=request_id)
        return LimitsDone(limits_apply(actor=actor, changes=tighter, reason=reason, now=now, request_id=request_id), asked)


def limits_request(*, actor: Any, changes: Sequence[LimitChange], reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Ask a second person for limits that may let more through: one request for all of them. Raises as `limit_set` and as asking does."""
    plans = [limit_plan(change, now) for change in changes]
    kind = kind_of(plans)
    return approvals.request_submit(
        actor=actor,
        kind=kind,
        payload=limits_payload(plans),
        reason=reason,
        now=now,
        revert_at=max(filter(None, (change.effective_until for change in changes)), default=None) if kind == FOR_A_TIME else None,
        request_id=request_id,
    )


def limit_plan(change: LimitChange, now: datetime) -> Planned:
    """The change as it would be made now. Raises `LimitInvalid` on the field at fault, or `LimitChanged`."""
    units = _checked(change, now)
    version = _version(change)
    if change.seen is not None and change.seen != version:
        raise LimitChanged("the limit was changed by somebody else meanwhile: open it again")
    before = _timeline(change, now)
    after = _timeline(change, now)
    at = selectors.moment_us(now)
    start, end = change.effective_from, change.effective_until
    after.set(units, microseconds(start), microseconds(end), at)
    moments = [at, *(moment for moment in (*before.bounds(), *after.bounds()) if moment > at)]
    differs = [(before.at(moment), after.at(moment)) for moment in moments]
    return Planned(
        change=change,
        version=version,
        held=before.at(at),
        units=units,
        loosened=any(loosens(change.rule, was, becomes) for was, becomes in differs),
        same=all(was == becomes for was, becomes in differs),
    )


def limit_check(
    *, scope: str, key: str, rule: str, value: Decimal, now: datetime, expected_version: int | None = None, **dates: datetime | None
) -> Planned:
    """What `limit_set` would do. Raises `LimitInvalid` on the field at fault, or `LimitChanged`."""
    return limit_plan(LimitChange(scope=scope, key=key, rule=rule, value=value, seen=expected_version, **dates), now)


def limits_payload(plans: Sequence[Planned]) -> dict[str, Any]:
    """Everything a second person agrees to: each change, and what it changes."""
    return {
        "limits": [
            {
                "scope": plan.change.scope,
                "key": plan.change.key,
                "rule": plan.change.rule,
                "value": _text(plan.units),
                "from": _iso(plan.change.effective_from),
                "until": _iso(plan.change.effective_until),
                "was": _text(plan.held),
                "version": plan.version,
            }
            for plan in plans
        ]
    }


def kind_of(plans: Sequence[Planned]) -> str:
    """Which kind of request these need: what all ends by itself is another kind than what stays."""
    return FOR_A_TIME if plans and all(plan.change.effective_until for plan in plans) else FOR_GOOD


def changes_of(payload: Any) -> list[LimitChange]:
    """The changes of a request."""
    return [
        LimitChange(
            scope=row["scope"],
            key=row["key"],
            rule=row["rule"],
            value=None if row["value"] is None else Decimal(row["value"]),
            effective_from=row["from"] and datetime.fromisoformat(row["from"]),
            effective_until=row["until"] and datetime.fromisoformat(row["until"]),
            seen=row["version"],
        )
        for row in payload["limits"]
    ]


def _checked(change: LimitChange, now: datetime) -> int | None:
    scope, key, rule = change.scope, change.key, change.rule
    try:
        units = None if change.value is None else to_units(change.value)
    except UnitsError as error:
        raise LimitInvalid(f"value: {error}", field="value") from None
    fault = limit_fault(scope, key, rule, units)
    if fault is not None:
        raise LimitInvalid(": ".join(fault), field=fault[0])
    require_known(scope, key, LimitInvalid)
    start, end = change.effective_from, change.effective_until
    if start is not None and start <= now:
        raise LimitInvalid("effective_from: has passed; leave it empty for at once", field="effective_from")
    if end is not None and end <= (start or now):
        raise LimitInvalid("effective_until: must come after it begins", field="effective_until")
    if units is None:
        _require_removable(scope, rule)
    else:
        _require_within_firm(change, units, now)
    return units


def _require_removable(scope: str, rule: str) -> None:
    if scope == FIRM and rule not in OPTIONAL:
        raise LimitInvalid("a limit of the firm can be changed, not removed: without it every order would be rejected")


def _require_within_firm(change: LimitChange, units: int, now: datetime) -> None:
    if change.scope == FIRM:
        return
    timeline = selectors.timelines(now, scope=FIRM, key="", rule=change.rule).get((FIRM, "", change.rule))
    firm = None if timeline is None else timeline.at(selectors.moment_us(change.effective_from or now))
    if firm is not None and is_tighter(change.rule, firm, units):
        raise LimitInvalid(f"value: looser than the firm's {format_units(firm)}, which would apply anyway", field="value")


def _timeline(change: LimitChange, now: datetime) -> Dated[int]:
    name = (change.scope, change.key, change.rule)
    return selectors.timelines(now, scope=name[0], key=name[1], rule=name[2]).get(name) or Dated()


def _version(change: LimitChange) -> int:
    versions = LimitVersion.objects.filter(scope=change.scope, key=change.key, rule=change.rule)
    return versions.order_by("-version").values_list("version", flat=True).first() or 0


def _put(plan: Planned, *, actor: Any, reason: str, approval: ChangeRequest | None, now: datetime, request_id: str) -> LimitVersion:
    change, (scope, key, rule) = plan.change, plan.name
    terms = {"value": change.value, "effective_from": change.effective_from, "effective_until": change.effective_until}
    version = LimitVersion.objects.create(
        scope=scope,
        key=key,
        rule=rule,
        version=plan.version + 1,
        reason=reason,
        set_at=now,
        set_by=actor,
        approval=approval,
        **terms,
    )
    if change.value is None:
        Limit.objects.filter(scope=scope, key=key, rule=rule).delete()
    else:
        defaults = terms | {"version": version.version, "updated_at": now, "updated_by": actor}
        Limit.objects.update_or_create(scope=scope, key=key, rule=rule, defaults=defaults)
    controls_publish(control_of(version), actor=actor, now=now)
    dates = {name: value.isoformat() for name in ("effective_from", "effective_until") if (value := terms[name])}  # type: ignore[union-attr]
    audit.record(
        chain="limits",
        actor=actor,
        action="limit_removed" if change.value is None else "limit_set",
        object_type="limit",
        object_id=f"{scope} {key} {rule}".replace("  ", " "),
        detail={"before": _text(plan.held), "after": _text(plan.units), "version": version.version, **dates}
        | ({"reason": reason} if reason else {})
        | ({"approval": approval.pk} if approval else {}),
        request_id=request_id,
        now=now,
    )
    return version


def control_of(version: LimitVersion) -> Control:
    """The control that says it to risk."""
    return Control(
        CommandType.LIMIT,
        version.scope,
        version.key,
        rule=version.rule,
        value=None if version.value is None else to_units(version.value),
        reason=version.reason or None,
        effective_from=version.effective_from,
        effective_until=version.effective_until,
    )


def limits_show_what_holds(names: Sequence[selectors.Name], now: datetime) -> None:
    """Where what was set last has run out, let the row show again what holds now: risk has gone back to it by itself."""
    at = selectors.moment_us(now)
    with transaction.atomic():
        one_at_a_time("limits")
        for scope, key, rule in names:
            row = Limit.objects.filter(scope=scope, key=key, rule=rule, effective_until__lte=now)
            timeline = selectors.timelines(now, scope=scope, key=key, rule=rule).get((scope, key, rule)) or Dated()
            held = timeline.at(at)
            if held is None:
                row.delete()
            else:
                row.update(value=Decimal(format_units(held)), effective_from=None, effective_until=None, updated_at=now)


def _text(units: int | None) -> str | None:
    return None if units is None else format_units(units)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
