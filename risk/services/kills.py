"""Kills: one person stops a scope at once, another one lets it trade again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput, NotFound
from risk.domain.limits import ACCOUNT, FIRM
from risk.domain.roles import Permission
from risk.models import Account, Kill
from risk.services.access import require
from risk.services.controls import Control, controls_publish
from schemas.enums import CommandType

MAX_REASON = 200


class KillNotInForce(Conflict):
    """The kill has been released before. HTTP 409."""

    default_code = "kill_not_in_force"


class SecondPersonNeeded(Forbidden):
    """Who set a kill cannot release it, whatever else that person may do. HTTP 403."""

    default_code = "second_person_needed"


def kill_set(*, actor: Any, scope: str, key: str, reason: str, now: datetime, request_id: str = "") -> tuple[Kill, bool]:
    """Stop risk-adding flow of the firm or an account and cancel its open orders. The kill in force, and whether it is new.

    Set twice it stays one kill and one control. Raises `Forbidden`, `InvalidInput`.
    """
    require(actor, Permission.KILL_SET)
    kill_check(scope, key, reason)
    with transaction.atomic():
        kill, new = Kill.objects.get_or_create(
            scope=scope, key=key, released_at=None, defaults={"reason": reason, "set_at": now, "set_by": actor}
        )
        if new:
            controls_publish(Control(CommandType.KILL, scope, key, value=1, reason=reason), actor=actor, now=now)
            _audit(actor, "kill_set", kill, request_id, now)
    return kill, new


def kill_release(*, actor: Any, kill_id: int, now: datetime, request_id: str = "") -> Kill:
    """Let the scope trade again. Raises `Forbidden`, `SecondPersonNeeded`, `NotFound`, `KillNotInForce`."""
    require(actor, Permission.KILL_RELEASE)
    with transaction.atomic():
        kill = Kill.objects.select_for_update().filter(pk=kill_id).first()
        if kill is None:
            raise NotFound("there is no such kill")
        if kill.set_by_id == actor.pk:
            raise SecondPersonNeeded("you set this kill: another person must release it")
        if kill.released_at is not None:
            raise KillNotInForce("the kill has been released already")
        kill.released_at, kill.released_by = now, actor
        kill.save(update_fields=["released_at", "released_by"])
        control = Control(CommandType.KILL, kill.scope, kill.key, value=0, reason=kill.reason)
        controls_publish(control, actor=actor, now=now)
        _audit(actor, "kill_released", kill, request_id, now)
    return kill


def kill_check(scope: str, key: str, reason: str) -> None:
    """Raise `InvalidInput` on the field that makes no sense."""
    if scope not in (FIRM, ACCOUNT):
        raise InvalidInput("scope: must be firm or account", field="scope")
    if scope == FIRM and key:
        raise InvalidInput("key: the firm has none; leave it out", field="key")
    if scope == ACCOUNT and not Account.objects.filter(pk=key).exists():
        raise InvalidInput("key: no such account", field="key")
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidInput(f"reason: say why, in 1 to {MAX_REASON} characters", field="reason")


def _audit(actor: Any, action: str, kill: Kill, request_id: str, now: datetime) -> None:
    audit.record(
        chain="kills",
        actor=actor,
        action=action,
        object_type="kill",
        object_id=str(kill.pk),
        detail={"scope": kill.scope, "key": kill.key, "reason": kill.reason},
        request_id=request_id,
        now=now,
    )
