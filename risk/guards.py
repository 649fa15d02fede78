"""What the database itself refuses about limits, settings and kills, whoever writes and however: nothing is loosened without a request.

Each version of a limit and each setting is a row that never changes; one that loosens names a request that two people have agreed on.
"""

import pgtrigger

from oms_site.infra.postgresql.triggers import Guard, kept_whole

_AGREED = "EXISTS (SELECT 1 FROM approvals_changerequest WHERE id = NEW.approval_id AND kind IN ({kinds}) AND state = 'used')"


def _refuse(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


def _agreed(*kinds: str) -> str:
    return _AGREED.format(kinds=", ".join(f"'{kind}'" for kind in kinds))


_LOOSER = f"""
SELECT * INTO held FROM risk_limitversion WHERE scope = NEW.scope AND key = NEW.key AND rule = NEW.rule ORDER BY version DESC LIMIT 1;
IF FOUND AND held.value IS NOT NULL
AND (held.effective_from IS NULL OR held.effective_from <= NEW.set_at)
AND (held.effective_until IS NULL OR held.effective_until > NEW.set_at)
AND (NEW.value IS NULL OR (NEW.rule <> 'repeat_window' AND NEW.value > held.value)
  OR (NEW.rule = 'repeat_window' AND NEW.value < held.value))
AND NOT {_agreed("limit_loosen", "limit_loosen_until")} THEN {_refuse("to loosen a limit needs an approved request")} END IF;
RETURN NEW;
"""  # noqa: S608 - constants

_STAYS = Guard(
    name="stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_refuse("what was set stays as it was set; set it anew instead")
)

LIMIT_GUARDS = (
    Guard(
        name="loosened_by_two",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("held", "risk_limitversion%ROWTYPE")],
        func=_LOOSER,
    ),
    _STAYS,
    *kept_whole("versions of limits are never deleted"),
)
"""Of `LimitVersion`."""

_BY_TWO = f"""
IF NEW.scope = 'cash' AND NOT {_agreed("manual_cash")} THEN {_refuse("a manual entry of cash needs an approved request")} END IF;
IF NEW.scope = 'position' AND NOT {_agreed("manual_position")} THEN {_refuse("a manual position needs an approved request")} END IF;
IF NEW.scope = 'enable' AND NOT {_agreed("enable")} THEN {_refuse("to enable again needs an approved request")} END IF;
IF NEW.scope = 'bypass' AND coalesce(NEW.value, 1) <> 0 AND NOT {_agreed("bypass")}
THEN {_refuse("a bypass needs an approved request")} END IF;
IF NEW.scope = 'rule' AND NEW.details->>'mode' <> 'enforce' AND NOT {_agreed("rule_mode")}
THEN {_refuse("a rule that does not enforce needs an approved request")} END IF;
RETURN NEW;
"""
_ONLY_SUPERSEDED = f"""
IF (to_jsonb(OLD) - 'current') IS DISTINCT FROM (to_jsonb(NEW) - 'current') OR NEW.current THEN
{_refuse("what was set stays as it was set; set it anew instead")} END IF;
RETURN NEW;
"""

SETTING_GUARDS = (
    Guard(name="loosened_by_two", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_BY_TWO),
    Guard(name="stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_ONLY_SUPERSEDED),
    *kept_whole("settings are never deleted"),
)
"""Of `Setting`."""

_RELEASE = f"""
IF (OLD.scope, OLD.key, OLD.reason, OLD.set_at, OLD.set_by_id) IS DISTINCT FROM (NEW.scope, NEW.key, NEW.reason, NEW.set_at, NEW.set_by_id)
THEN {_refuse("a kill stays as it was set")} END IF;
IF OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at THEN {_refuse("a kill is released once")} END IF;
IF OLD.released_at IS NULL AND NEW.released_at IS NOT NULL AND NOT {_agreed("kill_release")} THEN
{_refuse("to release a kill needs an approved request")} END IF;
RETURN NEW;
"""

KILL_GUARDS = (
    Guard(name="released_by_two", when=pgtrigger.Before, operation=pgtrigger.Update, func=_RELEASE),
    *kept_whole("kills are never deleted"),
)
"""Of `Kill`."""
