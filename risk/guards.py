"""What the database itself refuses about limits, settings and kills, whoever writes and however: nothing is loosened without a request.

Each version of a limit and each setting is a row that never changes; one that loosens names a request that two people have agreed on.
"""

import pgtrigger

from oms_site.infra.postgresql.triggers import Guard, kept_whole
from schemas.enums import OrderType, Side

_AGREED = "EXISTS (SELECT 1 FROM approvals_changerequest WHERE id = NEW.approval_id AND kind IN ({kinds}) AND state = 'used' AND {what})"
"""Two people have agreed, to exactly this: an approval that was used for something else lets nothing through."""


def _refuse(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


def _agreed(*kinds: str, what: str) -> str:
    return _AGREED.format(kinds=", ".join(f"'{kind}'" for kind in kinds), what=what)


_THIS_LIMIT = """EXISTS (SELECT 1 FROM jsonb_array_elements(payload->'limits') AS asked
WHERE asked->>'scope' = NEW.scope AND asked->>'key' = NEW.key AND asked->>'rule' = NEW.rule
AND (asked->>'version')::bigint = NEW.version - 1 AND (asked->>'value')::numeric IS NOT DISTINCT FROM NEW.value)"""
_ALL_TAKEN_AWAY = "value IS NULL AND effective_from IS NULL AND effective_until IS NULL"
_LOOSER = f"""
SELECT max(set_at) INTO latest FROM risk_limitversion WHERE scope = NEW.scope AND key = NEW.key AND rule = NEW.rule;
moment := greatest(NEW.effective_from, NEW.set_at, latest);
SELECT * INTO held FROM risk_limitversion AS v WHERE v.scope = NEW.scope AND v.key = NEW.key AND v.rule = NEW.rule
AND (v.effective_from IS NULL OR v.effective_from <= moment) AND (v.effective_until IS NULL OR v.effective_until > moment)
AND v.version > coalesce((SELECT max(version) FROM risk_limitversion
  WHERE scope = NEW.scope AND key = NEW.key AND rule = NEW.rule AND {_ALL_TAKEN_AWAY}), 0)
ORDER BY coalesce(v.effective_from, v.set_at) DESC, v.version DESC LIMIT 1;
IF FOUND AND held.value IS NOT NULL
AND (NEW.value IS NULL OR (NEW.rule <> 'repeat_window' AND NEW.value > held.value)
  OR (NEW.rule = 'repeat_window' AND NEW.value < held.value))
AND NOT {_agreed("limit_loosen", "limit_loosen_until", what=_THIS_LIMIT)}
THEN {_refuse("to loosen a limit needs an approved request")} END IF;
RETURN NEW;
"""  # noqa: S608 - constants

_NEWEST = """SELECT * INTO newest FROM risk_limitversion WHERE scope = {row}.scope AND key = {row}.key AND rule = {row}.rule
ORDER BY version DESC LIMIT 1;"""
_SHOWS = f"""
{_NEWEST.format(row="NEW")}
IF NOT FOUND OR (NEW.value IS DISTINCT FROM newest.value AND NOT coalesce(newest.effective_until <= NEW.updated_at, false))
THEN {_refuse("a limit shows its newest version: set it anew instead")} END IF;
RETURN NEW;
"""
_GONE = f"""
{_NEWEST.format(row="OLD")}
IF FOUND AND newest.value IS NOT NULL AND newest.effective_until IS NULL
THEN {_refuse("to take a limit away needs an approved request")} END IF;
RETURN OLD;
"""
_NEWEST_ROW = [("newest", "risk_limitversion%ROWTYPE")]

SHOWN_GUARDS = (
    Guard(
        name="shows_newest",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=_NEWEST_ROW,
        func=_SHOWS,
    ),
    Guard(name="taken_away_by_two", when=pgtrigger.Before, operation=pgtrigger.Delete, declare=_NEWEST_ROW, func=_GONE),
)
"""Of `Limit`, which shows what was set last."""

_STAYS = Guard(
    name="stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=_refuse("what was set stays as it was set; set it anew instead")
)

LIMIT_GUARDS = (
    Guard(
        name="loosened_by_two",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("held", "risk_limitversion%ROWTYPE"), ("latest", "timestamptz"), ("moment", "timestamptz")],
        func=_LOOSER,
    ),
    _STAYS,
    *kept_whole("versions of limits are never deleted"),
)
"""Of `LimitVersion`."""

_THIS_SETTING = """payload->>'scope' = NEW.scope AND payload->>'key' = NEW.key AND payload->'details' = NEW.details
AND payload->'attributes' = NEW.attributes AND (payload->>'value')::numeric / 100000000 IS NOT DISTINCT FROM NEW.value
AND NOT EXISTS (SELECT 1 FROM risk_setting AS other WHERE other.approval_id = NEW.approval_id)"""
_STRENGTH = "coalesce(array_position(ARRAY['none', 'watch', 'restricted'], {}), 1)"
_HELD_LIST = """(SELECT details->>'list' FROM risk_setting WHERE scope = NEW.scope AND key = NEW.key AND part = NEW.part
ORDER BY version DESC LIMIT 1)"""


def _by_two(scope: str, kind: str, words: str, when: str = "") -> str:
    """The refusal of a setting of this scope, always or only `when` it lets more through, without a request of this kind."""
    only = f" AND {when}" if when else ""
    agreed = _agreed(kind, what=_THIS_SETTING)
    return f"IF NEW.scope = '{scope}'{only} AND NOT {agreed} THEN {_refuse(f'{words} needs an approved request')} END IF;"


_NEW_LIST = "NEW.details->>'list'"
_WEAKER = f"{_STRENGTH.format(_NEW_LIST)} < {_STRENGTH.format(_HELD_LIST)}"
_BY_TWO = f"""
{_by_two("cash", "manual_cash", "a manual entry of cash")}
{_by_two("position", "manual_position", "a manual position")}
{_by_two("enable", "enable", "to enable again")}
{_by_two("bypass", "bypass", "a bypass", "coalesce(NEW.value, 1) <> 0")}
{_by_two("rule", "rule_mode", "a rule that does not enforce", "NEW.details->>'mode' IS DISTINCT FROM 'enforce'")}
{_by_two("restriction", "restriction_lift", "to lift a restriction", _WEAKER)}
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
IF OLD.released_at IS NULL AND NEW.released_at IS NOT NULL
AND NOT {_agreed("kill_release", what="payload->>'kill' = NEW.id::text")}
THEN {_refuse("to release a kill needs an approved request")} END IF;
RETURN NEW;
"""

KILL_GUARDS = (
    Guard(name="released_by_two", when=pgtrigger.Before, operation=pgtrigger.Update, func=_RELEASE),
    *kept_whole("kills are never deleted"),
)
"""Of `Kill`."""

_THIS_ACCOUNT = """payload->>'account' = NEW.code
AND (payload->>'active')::boolean = NEW.active AND (payload->>'close_only')::boolean = NEW.close_only"""
_MAY_DO_MORE = f"""
IF NEW.active AND (NOT OLD.active OR (OLD.close_only AND NOT NEW.close_only))
AND NOT (NEW.approval_id IS DISTINCT FROM OLD.approval_id AND NEW.approval_id > coalesce(OLD.approval_id, 0)
AND {_agreed("account_activate", what=_THIS_ACCOUNT)})
THEN {_refuse("an account that may do more needs an approved request")} END IF;
RETURN NEW;
"""

ACCOUNT_GUARDS = (
    Guard(name="activated_by_two", when=pgtrigger.Before, operation=pgtrigger.Update, func=_MAY_DO_MORE),
    *kept_whole("accounts are never deleted"),
)
"""Of `Account`."""

_SIDES, _TYPES = (f"ARRAY[{', '.join(repr(str(word.value)) for word in words)}]" for words in (Side, OrderType))
_WIDER = f"""EXISTS (
SELECT 1 FROM unnest(CASE WHEN NEW.side = '' THEN {_SIDES} ELSE ARRAY[NEW.side] END) AS wanted_side,
unnest(CASE WHEN NEW.types = '{{}}' THEN {_TYPES} ELSE NEW.types::text[] END) AS wanted_type
WHERE NOT EXISTS (SELECT 1 FROM risk_entitlement AS held WHERE held.user_id = NEW.user_id AND held.account_id = NEW.account_id
AND (NOT NEW.can_trade OR (held.can_trade AND held.side IN ('', wanted_side)
AND (held.types = '{{}}' OR wanted_type = ANY (held.types)) AND held."group" IN ('', NEW."group")))))"""  # noqa: S608 - constants
"""Whether a right lets something be seen or traded that what stands does not: as `risk.domain.entitlements.widens`."""
_THIS_RIGHT = """payload->>'account' = NEW.account_id AND payload->>'user' = (SELECT username FROM auth_user WHERE id = NEW.user_id)
AND (payload->>'can_trade')::boolean = NEW.can_trade AND payload->>'side' = NEW.side AND payload->>'group' = NEW."group"
AND payload->'types' = to_jsonb(NEW.types)"""
_FRESH = "(TG_OP = 'INSERT' OR NEW.approval_id IS DISTINCT FROM OLD.approval_id)"
_NOT_WIDER = f"""
IF {_WIDER} AND NOT ({_FRESH} AND {_agreed("entitlement_widen", what=_THIS_RIGHT)})
THEN {_refuse("a wider entitlement needs an approved request")} END IF;
RETURN NEW;
"""

ENTITLEMENT_GUARDS = (Guard(name="widened_by_two", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=_NOT_WIDER),)
"""Of `Entitlement`. That an approval is used for one row is the column's own constraint."""
