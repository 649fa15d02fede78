"""Controls on their way to the workers: one command in the outbox for every partition of `orders`, in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from oms_site.infra.bus import outbox
from risk.domain.limits import FIRM
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.topics import Topic

EVERYBODY = "*"
"""Key of controls: they go to every partition, whoever's account falls on it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Control:
    """What a limit, kill or setting says; `value` None takes a limit away, 0 releases a kill. Without moments: at once, for good."""

    command: CommandType
    scope: str
    key: str
    rule: str | None = None
    value: int | None = None
    reason: str | None = None
    details: Mapping[str, str] | None = None
    attributes: Mapping[str, int] | None = None
    effective_from: datetime | None = None
    effective_until: datetime | None = None


def microseconds(moment: datetime | None) -> int | None:
    """A moment as commands carry it."""
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1)


def controls_publish(control: Control, *, actor: Any, now: datetime, ahead: Topic | None = None) -> int:
    """Write the control to the outbox, once per partition, under one command id, which it returns. `actor` None is the system; a topic
    `ahead` hears of it before.
    """
    command = control_command(control, user="" if actor is None else actor.get_username(), now=now)
    return outbox.publish_control(command, ahead=ahead)


def control_command(control: Control, *, user: str, now: datetime, command_id: int = 0) -> OrderCommand:
    """The control as a command. `command_id` 0 is replaced by the outbox."""
    return OrderCommand(
        command=control.command,
        command_id=command_id,
        id="",
        account=EVERYBODY,
        symbol="",
        time=microseconds(now) or 0,
        user=user,
        reason=control.reason,
        scope=control.scope,
        key=None if control.scope == FIRM else control.key,
        rule=control.rule,
        value=control.value,
        details=dict(control.details) if control.details else None,
        attributes=dict(control.attributes) if control.attributes else None,
        effective_from=microseconds(control.effective_from),
        effective_until=microseconds(control.effective_until),
    )
