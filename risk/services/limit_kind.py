"""Looser limits as something two people agree to: in words, carried out, and what is left to do when their time is over."""

from datetime import timedelta

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from risk.domain.limits import UNITS, Rule
from risk.domain.roles import PERMISSIONS, Permission
from risk.services.limits import FOR_A_TIME, FOR_GOOD, changes_of, limit_plan, limits_apply, limits_show_what_holds

LONGEST = timedelta(days=30)


def described(payload: Payload) -> Told:
    """Each limit: what it is, what it becomes, from when until when."""
    changes = []
    for row in payload["limits"]:
        until = f" until {row['until']}" if row["until"] else ""
        since = f" from {row['from']}" if row["from"] else ""
        what = f"{row['rule']} of {row['scope']} {row['key']}".strip()
        changes.append(Change(what, row["was"] or "no limit", (row["value"] or "no limit") + since + until))
    rules = sorted({row["rule"] for row in payload["limits"]})
    scope = {rule: UNITS[Rule(rule)] for rule in rules}
    title = f"Loosen {changes[0].what} to {changes[0].becomes}" if len(changes) == 1 else f"Change {len(changes)} limits, some looser"
    return Told(title, scope, tuple(changes))


def carried_out(act: Act) -> str:
    """All of them, recorded under the person who asked."""
    for change in changes_of(act.payload):
        limit_plan(change, act.now)  # a refusal that says what is wrong, before the approval is compared with what stands
    made = limits_apply(
        actor=act.asker,
        changes=changes_of(act.payload),
        reason=act.request.reason,
        approval=act.request,
        now=act.now,
        request_id=act.request_id,
    )
    return f"{len(made)} limit{'s' if len(made) != 1 else ''} set"


def reverted(act: Act) -> str:
    """The log itself says until when they hold: risk has gone back to what held before, here only what is shown follows."""
    limits_show_what_holds([(change.scope, change.key, change.rule) for change in changes_of(act.payload)], act.now)
    return "what held before holds again"


_ROLES = PERMISSIONS[Permission.LIMIT_SET]

KINDS = (
    Kind(
        name=FOR_GOOD,
        words="loosening of limits",
        may_request=_ROLES,
        may_approve=_ROLES,
        describe=described,
        carry_out=carried_out,
    ),
    Kind(
        name=FOR_A_TIME,
        words="loosening of limits for a time",
        may_request=_ROLES,
        may_approve=_ROLES,
        describe=described,
        carry_out=carried_out,
        revert=reverted,
        lasts=LONGEST,
    ),
)
