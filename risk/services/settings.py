"""Settings risk acts on beside limits and kills: a row that stays, an audit entry, and a control in the log, in one transaction.

Which of them one person sets and which need a second one is one table here; who may is another.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from marketdata import selectors as market_selectors
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput
from oms_site.infra.roles import either
from risk import selectors
from risk.domain.roles import Role
from risk.domain.settings import EVERY, Mode, Said, SettingInvalid, setting_read
from risk.domain.settings import Setting as Read
from risk.domain.settings import SettingScope as Scope
from risk.models import Account, Setting
from risk.services.access import one_at_a_time
from risk.services.controls import microseconds
from risk.services.scopes import require_known
from risk.services.setting_rows import ADDED, setting_held, setting_put, setting_same, setting_version

_RISK = frozenset({Role.RISK, Role.ADMIN})
_DESK = frozenset({Role.OPERATIONS, Role.RISK, Role.ADMIN})
MAY_SET: Mapping[Scope, frozenset[Role]] = {
    Scope.RULE: _RISK,
    Scope.RESTRICTION: frozenset({Role.COMPLIANCE, Role.RISK, Role.ADMIN}),
    Scope.LOCATE: _DESK,
    Scope.FX: _DESK,
    Scope.ADV: _DESK,
    Scope.CASH: _DESK,
    Scope.POSITION: _DESK,
    Scope.ENABLE: _RISK,
    Scope.BYPASS: _RISK,
}
"""Who may set what, or ask for it. Account terms and entitlements have services of their own."""
KINDS: Mapping[Scope, str] = {
    Scope.RULE: "rule_mode",
    Scope.RESTRICTION: "restriction_lift",
    Scope.CASH: "manual_cash",
    Scope.POSITION: "manual_position",
    Scope.ENABLE: "enable",
    Scope.BYPASS: "bypass",
}
"""The kind of request for what needs one."""
MAX_REASON = 200


class SettingChanged(Conflict):
    """Somebody set it meanwhile. HTTP 409."""

    default_code = "setting_changed"


class SettingWrong(InvalidInput):
    """What is to be set says nothing that can be applied; `field` says which part."""


def setting_set(
    *,
    actor: Any,
    said: Said,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    approval: ChangeRequest | None = None,
    request_id: str = "",
) -> Setting:
    """Set it; the same again changes nothing (but each change of cash or position counts).

    Raises `Forbidden`, `SettingWrong`, `SettingChanged` when it is not of the version the person saw, and `ApprovalNeeded` for what needs
    a second person: then ask with `setting_request`.
    """
    require_may_set(actor, said.scope)
    setting_check(said, now)
    reason = _reason(reason)
    scope = Scope(said.scope)
    with transaction.atomic():
        one_at_a_time(f"setting {scope}")
        held = setting_held(said)
        version = setting_version(said)
        if expected_version is not None and expected_version != version:
            raise SettingChanged("it was set by somebody else meanwhile: open it again")
        if held is not None and scope not in ADDED and scope != Scope.ENABLE and setting_same(held, said):
            return held
        if approval is not None or needs_second(said, held):
            approvals.require(approval, kind=KINDS[scope], payload=setting_payload(said), now=now, request_id=request_id)
        return setting_put(said, actor=actor, reason=reason, now=now, approval=approval, request_id=request_id)


def setting_request(*, actor: Any, said: Said, reason: str, now: datetime, request_id: str = "") -> ChangeRequest:
    """Ask a second person for it. Raises `Forbidden`, `SettingWrong`, and what asking raises."""
    require_may_set(actor, said.scope)
    setting_check(said, now)
    scope = Scope(said.scope)
    if scope not in KINDS or not needs_second(said, setting_held(said)):
        raise SettingWrong("one person is enough for this: set it")
    until = said.effective_until if scope == Scope.BYPASS else None
    return approvals.request_submit(
        actor=actor,
        kind=KINDS[scope],
        payload=setting_payload(said),
        reason=reason,
        now=now,
        revert_at=None if until is None else market_selectors.from_microseconds(until),
        request_id=request_id,
    )


def setting_ask_or_set(*, actor: Any, said: Said, reason: str, now: datetime, request_id: str = "") -> Setting | ChangeRequest:
    """Set what one person may, ask for what needs a second one: which of both it was is what is returned."""
    require_may_set(actor, said.scope)
    setting_check(said, now)
    act = setting_request if needs_second(said, setting_held(said)) else setting_set
    return act(actor=actor, said=said, reason=reason, now=now, request_id=request_id)


def needs_second(said: Said, held: Setting | None) -> bool:
    """Whether it takes a second person: what is put in by hand, what lets go, what blocks less."""
    details = said.details or {}
    match said.scope:
        case Scope.CASH | Scope.POSITION | Scope.ENABLE:
            return True
        case Scope.RULE:
            return details.get("mode") != Mode.ENFORCE
        case Scope.BYPASS:
            return said.value != 0
        case Scope.RESTRICTION:
            strength = ("none", "watch", "restricted")
            was = held.details.get("list", "none") if held else "none"
            return strength.index(details.get("list", "none")) < strength.index(was)
    return False


def require_may_set(actor: Any, scope: str) -> None:
    """Raise `Forbidden` without the role; `SettingWrong` for what is not set here."""
    if scope not in MAY_SET:
        raise SettingWrong(f"scope: must be one of {', '.join(MAY_SET)}", field="scope")
    allowed = MAY_SET[Scope(scope)]
    if not selectors.roles(actor) & allowed:
        raise Forbidden(f"{Scope(scope).value}: needs the role {either(frozenset(allowed))}")


def setting_check(said: Said, now: datetime) -> Read:
    """What it says. Raises `SettingWrong` for what risk would not take, and for accounts, users and instruments that are not there."""
    try:
        read = setting_read(said)
    except SettingInvalid as error:
        raise SettingWrong(str(error), field=error.field) from None
    if said.effective_until is not None and said.effective_until <= (microseconds(now) or 0):
        raise SettingWrong("effective_until: has passed", field="effective_until")
    _require_there(said)
    return read


def _require_there(said: Said) -> None:
    first, _, second = said.key.partition("/")
    match said.scope:
        case Scope.RESTRICTION | Scope.ADV:
            require_known("symbol", said.key, SettingWrong)
            account = (said.details or {}).get("account")
            if account:
                require_known("account", account, SettingWrong)
        case Scope.LOCATE | Scope.POSITION:
            for scope, key in (("account", first), ("symbol", second)):
                if key != EVERY:
                    require_known(scope, key, SettingWrong)
        case Scope.CASH:
            require_known("account", first, SettingWrong)
        case Scope.BYPASS | Scope.ENABLE:
            other = "symbol" if said.scope == Scope.BYPASS else "trader"
            if not Account.objects.filter(pk=said.key).exists():
                require_known(other, said.key, SettingWrong)


def setting_payload(said: Said) -> dict[str, Any]:
    """Everything a second person agrees to, with the version it follows."""
    return {
        "scope": said.scope,
        "key": said.key,
        "value": said.value,
        "details": dict(said.details or {}),
        "attributes": dict(said.attributes or {}),
        "until": said.effective_until,
        "version": 0 if Scope(said.scope) in ADDED else setting_version(said),
    }


def said_of(payload: Mapping[str, Any]) -> Said:
    """The setting a request asks for."""
    return Said(
        payload["scope"],
        payload["key"],
        payload["value"],
        payload["details"],
        payload["attributes"],
        effective_until=payload["until"],
    )


def _reason(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > MAX_REASON:
        raise SettingWrong(f"reason: say why, in 1 to {MAX_REASON} characters", field="reason")
    return words
