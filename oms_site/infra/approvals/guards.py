"""What the database itself refuses about requests, whoever writes and however. See ADR 0012."""

import pgtrigger

from oms_site.infra.approvals.states import NEXT, TOLD, State
from oms_site.infra.postgresql.triggers import Guard, kept_whole

ASKED = (
    *("kind", "title", "scope", "payload", "changes", "reason", "requested_by_id", "requested_at", "expires_at", "revert_at"),
    *("break_glass", "request_id"),
)
"""Columns that say what was asked for: they never change."""
ONCE = {
    State.APPROVED: ("decided_by_id", "decided_at", "decision_reason"),
    State.REJECTED: ("decided_by_id", "decided_at", "decision_reason"),
    State.USED: ("used_at",),
    State.REVERTED: ("reverted_at",),
}
"""Columns that are written with the step into a state, and never again."""


def _refuse(words: str) -> str:
    return f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"


def _differs(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return f"(({old}) IS DISTINCT FROM ({new}))"


def _words(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _entry(actions: tuple[str, ...], person: str | None = None) -> str:
    """Whether the audit log has one of these entries of the row, of this person where one is named."""
    of = f" AND actor_id = {person}" if person else ""
    return (
        "EXISTS (SELECT 1 FROM audit_auditentry WHERE object_type = 'change_request' AND object_id = NEW.id::text"  # noqa: S608 - constants
        f" AND action IN ({_words(actions)}){of})"
    )


def _told(state: State) -> str:
    """Whether the audit log has the entry that stands behind a state."""
    people = {State.REQUESTED: "NEW.requested_by_id", State.APPROVED: "NEW.decided_by_id", State.REJECTED: "NEW.decided_by_id"}
    return _entry(TOLD[state], people.get(state))


def _step(state: State) -> str:
    before = tuple(old.value for old, following in NEXT.items() if state in following)
    return (
        f"WHEN '{state.value}' THEN "
        f"IF OLD.state NOT IN ({_words(before)}) THEN {_refuse(f'a request does not become {state.value} from there')} END IF; "
        f"IF NOT {_told(state)} THEN {_refuse(f'{state.value}, but the audit log does not say so')} END IF;"
    )


def _written_once() -> str:
    columns: dict[tuple[str, ...], list[str]] = {}
    for state, names in ONCE.items():
        columns.setdefault(names, []).append(state.value)
    return " ".join(
        f"IF {_differs(names)} AND NOT (OLD.state <> NEW.state AND NEW.state IN ({_words(tuple(states))})) THEN "
        f"{_refuse(f'{names[0]} is written once, with the step it tells')} END IF;"
        for names, states in columns.items()
    )


_REVIEW = ("reviewed_by_id", "reviewed_at", "review_reason")
_UPDATE = f"""
IF {_differs(("id", *ASKED))} THEN {_refuse("what was asked for does not change")} END IF;
IF OLD.state <> NEW.state THEN
CASE NEW.state {" ".join(_step(state) for state in State if state is not State.REQUESTED)}
ELSE {_refuse("a request does not go back to where it began")} END CASE;
END IF;
{_written_once()}
IF {_differs(_REVIEW)} AND (OLD.reviewed_at IS NOT NULL OR NOT NEW.break_glass OR OLD.state NOT IN ('used', 'reverted')) THEN
{_refuse("a review is written once, of what one person did alone")} END IF;
IF {_differs(_REVIEW)} AND NOT {_entry(("break_glass_reviewed",), "NEW.reviewed_by_id")} THEN
{_refuse("reviewed, but the audit log does not say so")} END IF;
IF OLD.outcome <> NEW.outcome AND (OLD.outcome <> '' OR NEW.state <> 'used') THEN {_refuse("the outcome is written once")} END IF;
RETURN NEW;
"""

_INSERT = f"""
IF NEW.state <> 'requested' OR NEW.decided_at IS NOT NULL OR NEW.used_at IS NOT NULL OR NEW.reverted_at IS NOT NULL
OR NEW.reviewed_at IS NOT NULL OR NEW.outcome <> '' THEN {_refuse("a request begins undecided")} END IF;
RETURN NEW;
"""

_INSERTED = f"""
IF NOT {_told(State.REQUESTED)} THEN {_refuse("asked for, but the audit log does not say so")} END IF;
RETURN NULL;
"""

GUARDS = (
    Guard(name="begins_undecided", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_INSERT),
    Guard(name="is_told", when=pgtrigger.After, operation=pgtrigger.Insert, timing=pgtrigger.Deferred, func=_INSERTED),
    Guard(name="keeps_its_life", when=pgtrigger.Before, operation=pgtrigger.Update, func=_UPDATE),
    *kept_whole("a request is never deleted"),
)


def needs_request(name: str, *, column: str, kind: str) -> Guard:
    """A guard for another table: a row can only be added with a request of this kind that has been used, named by `column`."""
    missing = _refuse(f"this needs an approved request of kind {kind}")
    return Guard(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=(
            "IF NOT EXISTS (SELECT 1 FROM approvals_changerequest "  # noqa: S608 - names from the code
            f"WHERE id = NEW.{column} AND kind = '{kind}' AND state = 'used') THEN {missing} END IF; RETURN NEW;"
        ),
    )
