"""Kills: one person stops a scope at once, two let it trade again; in between what is open is watched until none is."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from oms_site.infra.alerts import services as alerts
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.states import State
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput, NotFound
from risk import selectors
from risk.domain.limits import KILL_SCOPES
from risk.domain.roles import Permission
from risk.models import Kill
from risk.services.access import require
from risk.services.controls import Control, controls_publish
from risk.services.scopes import require_known
from schemas.enums import CommandType
from schemas.topics import KILLS

MAX_REASON = 200
RELEASE = "kill_release"
SPARE = "spare_reducing"
"""Attribute of a kill command: 1 leaves orders open that can only reduce a position."""

SecondPersonNeeded = approvals.SecondPersonNeeded


class KillNotInForce(Conflict):
    """The kill has been released before. HTTP 409."""

    default_code = "kill_not_in_force"


def kill_set(
    *, actor: Any, scope: str, key: str, reason: str, now: datetime, spare_reducing: bool = False, request_id: str = ""
) -> tuple[Kill, bool]:
    """Stop risk-adding flow of a scope and cancel its open orders. The kill in force, and whether it is new.

    Set twice it stays one kill and one control, as it was set first. Raises `Forbidden`, `InvalidInput`.
    """
    require(actor, Permission.KILL_SET)
    kill_check(scope, key, reason)
    try:
        with transaction.atomic():
            kill, new = Kill.objects.get_or_create(
                scope=scope,
                key=key,
                released_at=None,
                defaults={"reason": reason, "set_at": now, "set_by": actor, "spare_reducing": spare_reducing},
            )
            if new:
                controls_publish(control_of(kill), actor=actor, now=now, ahead=KILLS)
                _audit(actor, "kill_set", kill, request_id, now, reason=reason, spare_reducing=spare_reducing)
                text = f"{actor.get_username()} stopped {kill}: {reason}"
                alerts.raise_alert(key=f"kill-{kill.pk}", kind="kill", severity="critical", text=text, now=now)
    except IntegrityError:  # a click at the same moment was first
        return Kill.objects.get(scope=scope, key=key, released_at=None), False
    return kill, new


def control_of(kill: Kill) -> Control:
    """The control that says it to risk."""
    attributes = {SPARE: 1} if kill.spare_reducing else None
    return Control(CommandType.KILL, kill.scope, kill.key, value=1, reason=kill.reason, attributes=attributes)


def kill_release_request(*, actor: Any, kill_id: int, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Ask that a scope may trade again; a second person decides. Who set the kill does not ask, but may be the one who agrees.

    Raises `Forbidden`, `SecondPersonNeeded`, `NotFound`, `KillNotInForce`, `InvalidInput`, `SameAskedAlready`.
    """
    require(actor, Permission.KILL_RELEASE)
    kill = kill_in_force(kill_id)
    if kill.set_by_id == actor.pk:
        raise SecondPersonNeeded("you set this kill: another person must ask for its release; then you may agree to it")
    return approvals.request_submit(actor=actor, kind=RELEASE, payload=release_payload(kill), reason=reason, now=now, request_id=request_id)


def kill_release_step(*, actor: Any, kill_id: int, reason: str, now: datetime, request_id: str = "") -> tuple[ChangeRequest, Kill | None]:
    """Ask for the release, or agree to what another person has asked for: the request, and the kill once it is released.

    Raises as asking and deciding do; `SecondPersonNeeded` for who would be both.
    """
    require(actor, Permission.KILL_RELEASE)
    kill = kill_in_force(kill_id)
    waiting = release_wanted(kill, now)
    if waiting is None:
        return kill_release_request(actor=actor, kill_id=kill_id, reason=reason, now=now, request_id=request_id), None
    done = approvals.request_approve(actor=actor, pk=waiting.pk, reason=reason, now=now, request_id=request_id)
    kill = Kill.objects.select_related("set_by", "released_by").get(pk=kill_id)
    return done, kill


def release_wanted(kill: Kill, now: datetime) -> ChangeRequest | None:
    """The request for this kill's release that waits for a second person."""
    waiting = ChangeRequest.objects.filter(kind=RELEASE, payload=release_payload(kill), state=State.REQUESTED, expires_at__gt=now)
    return waiting.select_related("requested_by").first()


def release_payload(kill: Kill) -> dict[str, Any]:
    """What a second person agrees to."""
    return {"kill": kill.pk, "scope": kill.scope, "key": kill.key}


def kill_in_force(kill_id: int) -> Kill:
    """The kill. Raises `NotFound`, `KillNotInForce`."""
    kill = Kill.objects.select_related("set_by", "released_by").filter(pk=kill_id).first()
    if kill is None:
        raise NotFound("there is no such kill")
    if kill.released_at is not None:
        raise KillNotInForce("the kill has been released already")
    return kill


def kill_release(*, actor: Any, kill_id: int, approval: ChangeRequest | None, now: datetime, request_id: str = "") -> Kill:
    """Let the scope trade again, as `approval` allows; recorded under who agreed. Raises `ApprovalNeeded` and as asking does."""
    require(actor, Permission.KILL_RELEASE)
    with transaction.atomic():
        kill = Kill.objects.select_for_update().filter(pk=kill_id).first()
        if kill is None:
            raise NotFound("there is no such kill")
        if kill.released_at is not None:
            raise KillNotInForce("the kill has been released already")
        used = approvals.require(approval, kind=RELEASE, payload=release_payload(kill), now=now, request_id=request_id)
        kill.released_at, kill.released_by, kill.approval = now, used.decided_by, used
        kill.save(update_fields=["released_at", "released_by", "approval"])
        controls_publish(Control(CommandType.KILL, kill.scope, kill.key, value=0, reason=kill.reason), actor=actor, now=now)
        _audit(actor, "kill_released", kill, request_id, now, approval=used.pk, agreed=str(used.decided_by))
    return kill


def kills_settle(*, now: datetime) -> int:
    """Tell of kills that no order of their scope is open any more; of how many."""
    settled = 0
    for kill in Kill.objects.filter(released_at=None, flat_at=None).order_by("id"):
        if selectors.still_open(kill).left:
            continue
        with transaction.atomic():
            settled += Kill.objects.filter(pk=kill.pk, flat_at=None, released_at=None).update(flat_at=now)
            _audit(None, "kill_flat", kill, "", now)
    return settled


def kill_check(scope: str, key: str, reason: str) -> None:
    """Raise `InvalidInput` on the field that makes no sense."""
    if scope not in KILL_SCOPES:
        raise InvalidInput(f"scope: must be one of {', '.join(KILL_SCOPES)}", field="scope")
    require_known(scope, key)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InvalidInput(f"reason: say why, in 1 to {MAX_REASON} characters", field="reason")


def _audit(actor: Any, action: str, kill: Kill, request_id: str, now: datetime, **detail: Any) -> None:
    audit.record(
        chain="kills",
        actor=actor,
        action=action,
        object_type="kill",
        object_id=str(kill.pk),
        detail={"scope": kill.scope, "key": kill.key} | detail,
        request_id=request_id,
        now=now,
    )
