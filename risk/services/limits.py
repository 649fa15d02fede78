"""Limits: a row people see, an audit entry, and a control in the log that the risk workers act on, in one transaction."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput
from risk.domain.limits import ACCOUNT, FIRM, Rule
from risk.domain.roles import Permission
from risk.models import Account, Limit
from risk.services.access import one_at_a_time, require
from risk.services.controls import Control, controls_publish
from schemas.enums import CommandType
from schemas.units import UnitsError, to_units


class LimitInvalid(InvalidInput):
    """A limit's scope, key, rule or value makes no sense; `field` says which."""


class LimitChanged(Conflict):
    """Somebody changed the limit since the form was opened. HTTP 409."""

    default_code = "limit_changed"


def limit_set(
    *,
    actor: Any,
    scope: str,
    key: str,
    rule: str,
    value: Decimal,
    now: datetime,
    expected_version: int | None = None,
    request_id: str = "",
) -> Limit:
    """Put a limit in force for the firm (empty key) or an account; the same value again changes nothing and is not published.

    Raises `Forbidden`, `LimitInvalid`, and `LimitChanged` when the limit is no longer of the version the person saw.
    """
    require(actor, Permission.LIMIT_SET)
    with transaction.atomic():
        one_at_a_time("limits")
        limit = Limit.objects.filter(scope=scope, key=key, rule=rule).first()
        units = limit_check(scope=scope, key=key, rule=rule, value=value, expected_version=expected_version)
        if limit is not None and limit.value == value:
            return limit
        before = limit.value if limit else None
        version = limit.version + 1 if limit else 1
        limit, _ = Limit.objects.update_or_create(
            scope=scope,
            key=key,
            rule=rule,
            defaults={"value": value, "version": version, "updated_at": now, "updated_by": actor},
        )
        _publish(actor, limit, units, now)
        detail = {"before": before, "after": value, "version": version}
        _audit(actor=actor, action="limit_set", limit=limit, detail=detail, request_id=request_id, now=now)
    return limit


def limit_remove(*, actor: Any, limit: Limit, now: datetime, request_id: str = "") -> bool:
    """Take an account's own limit away, so that the firm's applies; False when it was gone already.

    The firm's limits stay, as without one risk rejects every order: raises `LimitInvalid`.
    """
    require(actor, Permission.LIMIT_SET)
    if limit.scope == FIRM:
        raise LimitInvalid("a limit of the firm can be changed, not removed: without it every order would be rejected")
    with transaction.atomic():
        one_at_a_time("limits")
        held = Limit.objects.filter(scope=limit.scope, key=limit.key, rule=limit.rule).first()
        if held is None:
            return False
        held.delete()
        _publish(actor, held, None, now)
        detail = {"before": held.value, "after": None}
        _audit(actor=actor, action="limit_removed", limit=held, detail=detail, request_id=request_id, now=now)
    return True


def limit_check(*, scope: str, key: str, rule: str, value: Decimal, expected_version: int | None = None) -> int:
    """The value in 1e-8, if `limit_set` would take it. Raises `LimitInvalid` on the field at fault, or `LimitChanged`."""
    units = _checked(scope, key, rule, value)
    held = Limit.objects.filter(scope=scope, key=key, rule=rule).first()
    if expected_version is not None and (held.version if held else 0) != expected_version:
        raise LimitChanged("the limit was changed by somebody else meanwhile: open it again")
    _require_within_firm(scope, rule, value)
    return units


def _checked(scope: str, key: str, rule: str, value: Decimal) -> int:
    if rule not in tuple(Rule):
        raise LimitInvalid(f"rule: must be one of {', '.join(Rule)}", field="rule")
    if scope not in (FIRM, ACCOUNT):
        raise LimitInvalid("scope: must be firm or account", field="scope")
    if scope == FIRM and key:
        raise LimitInvalid("key: the firm has none; leave it empty", field="key")
    if scope == ACCOUNT and not Account.objects.filter(pk=key).exists():
        raise LimitInvalid("key: no such account", field="key")
    try:
        units = to_units(value)
    except UnitsError as error:
        raise LimitInvalid(f"value: {error}", field="value") from None
    if units <= 0:
        raise LimitInvalid("value: must be above zero; to stop trading, set a kill", field="value")
    return units


def _require_within_firm(scope: str, rule: str, value: Decimal) -> None:
    if scope == FIRM:
        return
    firm = Limit.objects.filter(scope=FIRM, key="", rule=rule).first()
    if firm is not None and value > firm.value:
        raise LimitInvalid(f"value: above the firm's {firm.value.normalize():f}, which would apply anyway", field="value")


def _publish(actor: Any, limit: Limit, units: int | None, now: datetime) -> None:
    controls_publish(Control(CommandType.LIMIT, limit.scope, limit.key, rule=limit.rule, value=units), actor=actor, now=now)


def _audit(*, actor: Any, action: str, limit: Limit, detail: dict[str, Any], request_id: str, now: datetime) -> None:
    audit.record(
        chain="limits",
        actor=actor,
        action=action,
        object_type="limit",
        object_id=str(limit),
        detail={name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in detail.items()},
        request_id=request_id,
        now=now,
    )
