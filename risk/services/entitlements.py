"""Entitlements: who sees and who trades which account, of which side, order types and instruments. Given by somebody else, told to risk."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Forbidden, InvalidInput
from risk.domain.entitlements import SIDES, TYPES, grants_text, widens
from risk.domain.roles import MAY_TRADE, Permission
from risk.domain.settings import SettingScope
from risk.models import Account, Entitlement
from risk.selectors import grant_of, grants_of, roles
from risk.services.access import one_at_a_time, require
from risk.services.controls import Control, controls_publish
from schemas.enums import CommandType

MAX_GROUP = 32


WIDEN = "entitlement_widen"
"""The kind of request that a second person decides. See docs/governance.md."""


class EntitlementInvalid(InvalidInput):
    """A side, order type or group makes no sense, or stands on an entitlement that is only to see; `field` says which."""


class Right(NamedTuple):
    """What an entitlement allows; `side`, `types` and `group` empty: all of them."""

    can_trade: bool
    side: str = ""
    types: tuple[str, ...] = ()
    group: str = ""


def entitlement_set(
    *, actor: Any, user: Any, account: Account, right: Right, now: datetime, approval: ChangeRequest | None = None, request_id: str = ""
) -> Entitlement:
    """Give a user a right to an account. There is one for a user, account, side and group: another one of these replaces it.

    What allows more than stands needs an approved request (`entitlement_ask`). Raises `Forbidden`, also for one's own, `ApprovalNeeded`,
    `EntitlementInvalid`.
    """
    require(actor, Permission.ENTITLEMENT_SET)
    _not_oneself(actor, user)
    right = _checked(right)
    with transaction.atomic():
        one_at_a_time("entitlements")
        agreed: dict[str, Any] = {}
        if widens_entitlement(user, account, right):
            agreed = {"approval": approvals.require(approval, kind=WIDEN, payload=widen_payload(user, account, right), now=now)}
        name = {"user": user, "account": account, "side": right.side, "group": right.group}
        after = {"can_trade": right.can_trade, "types": list(right.types)}
        held = Entitlement.objects.filter(**name).first()
        before = {field: getattr(held, field) for field in after} if held else None
        if held is not None and before == after:
            return held
        entitlement, _ = Entitlement.objects.update_or_create(**name, defaults=after | agreed)
        _tell("entitlement_set", entitlement, before, after, actor=actor, request_id=request_id, now=now)
        entitlements_publish(actor=actor, user=user, now=now)
    return entitlement


def entitlement_ask(
    *, actor: Any, user: Any, account: Account, right: Right, reason: str, now: datetime, request_id: str = ""
) -> Entitlement | ChangeRequest:
    """Give a right that allows no more than stands at once; ask a second person for one that does.

    Raises what `entitlement_set` does, and `InvalidInput` (reason), `SameAskedAlready`.
    """
    require(actor, Permission.ENTITLEMENT_SET)
    _not_oneself(actor, user)
    right = _checked(right)
    if not widens_entitlement(user, account, right):
        return entitlement_set(actor=actor, user=user, account=account, right=right, now=now, request_id=request_id)
    payload = widen_payload(user, account, right)
    return approvals.request_submit(actor=actor, kind=WIDEN, payload=payload, reason=reason, now=now, request_id=request_id)


def entitlement_remove(*, actor: Any, entitlement: Entitlement, now: datetime, request_id: str = "") -> bool:
    """Take an entitlement away; False when it was gone already."""
    require(actor, Permission.ENTITLEMENT_SET)
    _not_oneself(actor, entitlement.user)
    with transaction.atomic():
        one_at_a_time("entitlements")
        held = Entitlement.objects.filter(pk=entitlement.pk).select_related("user").first()
        if held is None:
            return False
        before = {"can_trade": held.can_trade, "types": held.types}
        _tell("entitlement_removed", held, before, None, actor=actor, request_id=request_id, now=now)
        held.delete()
        entitlements_publish(actor=actor, user=held.user, now=now)
    return True


def widens_entitlement(user: Any, account: Account, right: Right) -> bool:
    """Whether the user could see or trade something with this right that could not be without it."""
    if not Entitlement.objects.filter(user=user, account=account).exists():
        return True
    return right.can_trade and widens(grants_of(user), [grant_of(account.pk, right.side, right.types, right.group)])


def widen_payload(user: Any, account: Account, right: Right) -> dict[str, Any]:
    """What a second person agrees to: the right, and what the user may trade now."""
    return {
        "user": user.get_username(),
        "account": account.pk,
        "can_trade": right.can_trade,
        "side": right.side,
        "types": list(right.types),
        "group": right.group,
        "now": grants_text(grant for grant in grants_of(user) if grant.account == account.pk),
    }


def entitlements_publish(*, actor: Any, user: Any, now: datetime) -> int:
    """Tell risk what a user may trade now, in the caller's transaction; the command's id. Who is inactive or has no such role: nothing."""
    state = "active" if roles(user) & MAY_TRADE else "disabled"
    details = {"grants": grants_text(grants_of(user)), "state": state}
    return controls_publish(
        Control(CommandType.SETTING, SettingScope.ENTITLEMENT, user.get_username(), details=details), actor=actor, now=now
    )


def entitlements_republish(*, actor: Any, now: datetime) -> int:
    """Tell risk again what everybody may trade, for a log that has been started afresh. How many people."""
    users = get_user_model().objects.filter(entitlements__isnull=False).distinct().order_by("pk")
    for user in users:
        entitlements_publish(actor=actor, user=user, now=now)
    return len(users)


def _checked(right: Right) -> Right:
    """The right with its types in one order, each once."""
    if right.side and right.side not in SIDES:
        raise EntitlementInvalid(f"side: must be one of {', '.join(sorted(SIDES))}, or left out", field="side")
    if not set(right.types) <= TYPES:
        raise EntitlementInvalid(f"types: must be of {', '.join(sorted(TYPES))}", field="types")
    if right.group != right.group.strip() or len(right.group) > MAX_GROUP:
        raise EntitlementInvalid(f"group: at most {MAX_GROUP} characters, without blanks around them", field="group")
    if not right.can_trade and (right.side or right.types or right.group):
        raise EntitlementInvalid("can_trade: who only sees an account sees all of it; leave side, types and group out", field="can_trade")
    return right._replace(types=tuple(sorted(set(right.types))))


def _not_oneself(actor: Any, user: Any) -> None:
    if actor.pk == user.pk:
        raise Forbidden("entitlements are given by somebody else: ask another administrator")


def _tell(action: str, held: Entitlement, before: Any, after: Any, *, actor: Any, request_id: str, now: datetime) -> None:
    audit.record(
        chain="access",
        actor=actor,
        action=action,
        object_type="entitlement",
        object_id=held.account_id,
        detail={"user": held.user.get_username(), "side": held.side, "group": held.group, "before": before, "after": after},
        request_id=request_id,
        now=now,
    )
