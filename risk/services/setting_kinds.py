"""Settings two people agree to: rule modes, bypasses, enabling again, lifting of restrictions, cash and positions put in by hand."""

from dataclasses import replace
from datetime import timedelta

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from risk.domain.settings import SettingScope as Scope
from risk.models import Setting
from risk.services.setting_rows import ADDED, setting_held
from risk.services.settings import KINDS as NAMES
from risk.services.settings import MAY_SET, SettingChanged, said_of, setting_check, setting_payload, setting_set
from schemas.units import format_units

_WORDS = {
    Scope.RULE: "rule that does not enforce",
    Scope.RESTRICTION: "lifting of a restriction",
    Scope.CASH: "manual entry of cash",
    Scope.POSITION: "manual position",
    Scope.ENABLE: "enabling after a stop",
    Scope.BYPASS: "bypass of a rule",
}
LONGEST_BYPASS = timedelta(days=1)


def described(payload: Payload) -> Told:
    """The setting in words, beside what is in force."""
    said = said_of(payload)
    held = setting_held(said)
    scope = Scope(said.scope)
    details = dict(said.details or {})
    becomes = [f"{name} {value}" for name, value in sorted(details.items())]
    if said.value is not None and scope != Scope.BYPASS:
        becomes.append(f"{format_units(said.value)}")
    becomes += [f"{name} {format_units(value)}" for name, value in sorted((said.attributes or {}).items())]
    was = "-" if held is None or scope in (Scope.CASH, Scope.POSITION, Scope.ENABLE) else words(held)
    change = Change(f"{scope.value} {said.key}", was, ", ".join(becomes) or "enabled")
    return Told(f"{_WORDS[scope].capitalize()}: {said.key} {' '.join(details.values())}".strip(), {"Of": said.key} | details, (change,))


def words(row: Setting) -> str:
    """What a row says, short."""
    parts = [f"{name} {value}" for name, value in sorted(row.details.items())]
    if row.value is not None:
        parts.append(f"{row.value.normalize():f}")
    return ", ".join(parts)


def carried_out(act: Act) -> str:
    """Set, recorded under the person who asked."""
    said = said_of(act.payload)
    if setting_payload(said)["version"] != act.payload["version"]:
        raise SettingChanged("it was set by somebody else since this was asked for: ask again")
    setting_set(actor=act.asker, said=said, reason=act.request.reason, approval=act.request, now=act.now, request_id=act.request_id)
    return f"{act.payload['scope']} {act.payload['key']} set"


def bypass_ended(act: Act) -> str:
    """Risk has kept to the end by itself; the bypass is taken away for the eye too."""
    said = said_of(act.payload)
    held = setting_held(said)
    if held is None or held.approval_id != act.request.pk:
        return "another bypass has followed it"
    over = replace(said, value=0, effective_until=None)
    setting_check(over, act.now)
    setting_set(actor=act.asker, said=over, reason="its time is over", now=act.now)
    return f"{over.key}: the rule blocks again"


def _kind(scope: Scope, name: str) -> Kind:
    return Kind(
        name=name,
        words=_WORDS[scope],
        may_request=MAY_SET[scope],
        may_approve=MAY_SET[scope],
        describe=described,
        carry_out=carried_out,
        revert=bypass_ended if scope == Scope.BYPASS else None,
        lasts=LONGEST_BYPASS if scope == Scope.BYPASS else None,
    )


PUT_IN = tuple(_kind(scope, name) for scope, name in NAMES.items() if scope in ADDED)
"""Cash and positions: the room that keeps the books makes them known, since it posts what they bring in."""
KINDS = tuple(_kind(scope, name) for scope, name in NAMES.items() if scope not in ADDED)
