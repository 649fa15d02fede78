"""Controls on their way to the workers: one command in the outbox for every partition of `orders`, in the caller's transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from risk.domain.limits import ACCOUNT
from risk.domain.roles import Permission
from risk.models import Kill, Limit
from risk.services.access import require
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.units import to_units

EVERYBODY = "*"
"""Key of controls: they go to every partition, whoever's account falls on it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Control:
    """What a limit or kill control says; `value` None takes a limit away, 0 releases a kill."""

    command: CommandType
    scope: str
    key: str
    rule: str | None = None
    value: int | None = None
    reason: str | None = None


def controls_publish(control: Control, *, actor: Any, now: datetime) -> int:
    """Write the control to the outbox, once per partition, under one command id, which it returns."""
    command = OrderCommand(
        command=control.command,
        command_id=0,  # given by the outbox
        id="",
        account=EVERYBODY,
        symbol="",
        time=(now - _EPOCH) // timedelta(microseconds=1),
        user=actor.get_username(),
        reason=control.reason,
        scope=control.scope,
        key=control.key if control.scope == ACCOUNT else None,
        rule=control.rule,
        value=control.value,
    )
    return outbox.publish_control(command)


def controls_republish(*, actor: Any, now: datetime, request_id: str = "") -> int:
    """Send every limit and kill in force again, for a log that has been started afresh. How many."""
    require(actor, Permission.LIMIT_SET)
    with transaction.atomic():
        controls = [
            Control(CommandType.LIMIT, limit.scope, limit.key, rule=limit.rule, value=to_units(limit.value))
            for limit in Limit.objects.order_by("id")
        ]
        controls += [
            Control(CommandType.KILL, kill.scope, kill.key, value=1, reason=kill.reason)
            for kill in Kill.objects.filter(released_at=None).order_by("id")
        ]
        for control in controls:
            controls_publish(control, actor=actor, now=now)
        audit.record(
            chain="limits",
            actor=actor,
            action="controls_republished",
            object_type="limit",
            object_id="all",
            detail={"controls": len(controls)},
            request_id=request_id,
            now=now,
        )
    return len(controls)
