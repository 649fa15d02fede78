"""What the database refuses about requests, whoever writes: raw SQL, bulk updates and a shell included."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.guards import ASKED
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.journal import tell
from oms_site.infra.approvals.states import NEXT, State
from tests.integration.approvals.conftest import LATER, NOW, SOON, Asking, approve

pytestmark = [pytest.mark.servers, pytest.mark.django_db]
People = dict[str, User]

ANOTHER: dict[str, str] = {
    "kind": "'hatch'",
    "title": "'other words'",
    "scope": "'{}'",
    "payload": """'{"name": "east", "owner": null}'""",
    "changes": "'[]'",
    "reason": "'another reason'",
    "requested_by_id": "(SELECT id FROM auth_user WHERE username = 'risk1')",
    "requested_at": "requested_at - interval '1 second'",
    "expires_at": "expires_at + interval '1 day'",
    "revert_at": "now()",
    "break_glass": "true",
    "request_id": "'another'",
    "id": "id + 1000",
}


def sql(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values))


def refused(statement: str, *values: Any, words: str = "") -> None:
    with pytest.raises(DatabaseError, match=words or None):
        sql(statement, *values)


def test_the_table_of_what_was_asked_for_is_whole() -> None:
    assert set(ANOTHER) == {"id", *ASKED}


@pytest.mark.parametrize("column", sorted(ANOTHER))
def test_what_was_asked_for_does_not_change(ask: Asking, people: People, column: str) -> None:
    waiting, used = ask(), approve(people["ops2"], ask("south"))
    for request in (waiting, used):
        refused(f"UPDATE approvals_changerequest SET {column} = {ANOTHER[column]} WHERE id = %s", request.pk, words="does not change")


def test_nothing_is_deleted(ask: Asking) -> None:
    request = ask()
    refused("DELETE FROM approvals_changerequest WHERE id = %s", request.pk, words="never deleted")
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        request.delete()
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        ChangeRequest.objects.all().delete()
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    refused("SET LOCAL oms.truncate = ''; TRUNCATE approvals_changerequest CASCADE", words="never deleted")


def test_a_person_who_asked_or_decided_is_not_deleted_either(ask: Asking, people: People) -> None:
    approve(people["ops2"], ask())
    for name in ("ops1", "ops2"):
        refused("DELETE FROM auth_user WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", people[name].pk)


def in_state(state: State, ask: Asking, people: People) -> ChangeRequest:
    """A request that came to a state as it should."""
    match state:
        case State.REQUESTED:
            return ask()
        case State.APPROVED:
            return approve(people["ops2"], ask(kind="letter"))
        case State.USED:
            return approve(people["ops2"], ask(kind="hatch", revert_at=LATER))
        case State.REVERTED:
            request = in_state(State.USED, ask, people)
            approvals.requests_revert(now=LATER)
        case State.REJECTED:
            request = approvals.request_reject(actor=people["ops2"], pk=ask().pk, reason="not today", now=SOON)
        case State.WITHDRAWN:
            request = approvals.request_withdraw(actor=people["ops1"], pk=ask().pk, reason="wrong gate", now=SOON)
        case State.EXPIRED:
            request = ask(expires_at=SOON)
            approvals.requests_expire(now=SOON)
    request.refresh_from_db()
    assert request.state == state
    return request


STEPS = [(old, new) for old in State for new in State if old is not new]


@pytest.mark.parametrize(("old", "new"), STEPS, ids=str)
def test_only_the_steps_of_the_table_are_taken_even_with_every_entry_in_the_audit_log(
    ask: Asking, people: People, old: State, new: State
) -> None:
    request = in_state(old, ask, people)
    for action in ("request_approved", "request_rejected", "request_withdrawn", "request_expired", "request_used", "request_reverted"):
        tell(action, request, actor=people["ops2"], now=SOON, request_id="")
    decided = ", decided_by_id = %s, decided_at = %s" if new in {State.APPROVED, State.REJECTED} else ""
    more = {State.USED: ", used_at = requested_at + interval '6 minutes'", State.REVERTED: ", reverted_at = revert_at"}.get(new, "")
    values = [people["ops2"].pk, SOON] if decided else []
    statement = f"UPDATE approvals_changerequest SET state = '{new.value}'{decided}{more} WHERE id = %s"
    if new in NEXT[old]:
        sql(statement, *values, request.pk)
    else:
        refused(statement, *values, request.pk)


@pytest.mark.parametrize("new", [state for state in State if state is not State.REQUESTED])
def test_no_state_without_its_audit_entry(ask: Asking, people: People, new: State) -> None:
    old = next(state for state in State if new in NEXT[state])
    request = in_state(old, ask, people)
    decided = ", decided_by_id = %s, decided_at = %s" if new in {State.APPROVED, State.REJECTED} else ""
    more = {State.USED: ", used_at = requested_at + interval '6 minutes'", State.REVERTED: ", reverted_at = revert_at"}.get(new, "")
    values = [people["risk1"].pk, SOON] if decided else []
    refused(
        f"UPDATE approvals_changerequest SET state = '{new.value}'{decided}{more} WHERE id = %s",
        *(*values, request.pk),
        words="the audit log does not say so",
    )


def test_a_decision_is_told_of_the_person_the_row_names(ask: Asking, people: People) -> None:
    request = ask()
    tell("request_approved", request, actor=people["ops2"], now=SOON, request_id="")
    refused(
        "UPDATE approvals_changerequest SET state = 'approved', decided_by_id = %s, decided_at = %s WHERE id = %s",
        *(people["risk1"].pk, SOON, request.pk),
        words="the audit log does not say so",
    )


def test_the_asker_is_never_the_decider_even_if_the_audit_log_said_so(ask: Asking, people: People) -> None:
    request = ask()
    tell("request_approved", request, actor=people["ops1"], now=SOON, request_id="")
    refused(
        "UPDATE approvals_changerequest SET state = 'approved', decided_by_id = %s, decided_at = %s WHERE id = %s",
        *(people["ops1"].pk, SOON, request.pk),
        words="request_second_person",
    )


@pytest.mark.parametrize("column", ["decided_by_id", "decided_at", "decision_reason", "used_at", "outcome"])
def test_nothing_of_a_decision_or_use_is_written_twice(ask: Asking, people: People, column: str) -> None:
    used = approve(people["ops2"], ask())
    other = {
        "decided_by_id": str(people["risk1"].pk),
        "decided_at": "decided_at + interval '1 s'",
        "used_at": "used_at + interval '1 s'",
        "decision_reason": "'other'",
        "outcome": "'something else'",
    }
    refused(f"UPDATE approvals_changerequest SET {column} = {other[column]} WHERE id = %s", used.pk)
    refused(f"UPDATE approvals_changerequest SET {column} = {'NULL' if column != 'outcome' else repr('')} WHERE id = %s", used.pk)


def test_what_was_decided_by_two_has_no_review(ask: Asking, people: People) -> None:
    used = approve(people["ops2"], ask())
    tell("break_glass_reviewed", used, actor=people["risk1"], now=SOON, request_id="")
    refused(
        "UPDATE approvals_changerequest SET reviewed_by_id = %s, reviewed_at = now() WHERE id = %s",
        *(people["risk1"].pk, used.pk),
    )


def made_up(people: People) -> dict[str, Any]:
    """A row that no service made."""
    words = {"kind": "gate", "title": "x", "scope": {}, "payload": {}, "changes": [], "reason": "because"}
    return words | {"requested_by": people["ops1"], "requested_at": NOW, "expires_at": LATER}


def commit(act: Callable[[], Any]) -> None:
    """Do it, with everything that is looked at before a commit."""
    with transaction.atomic():
        act()
        sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_row_of_ones_own_making_is_refused_at_the_latest_at_commit(people: People) -> None:
    values = made_up(people)
    with pytest.raises(IntegrityError, match="the audit log does not say so"):
        commit(lambda: ChangeRequest.objects.create(**values))
    for more in ({"state": "approved"}, {"used_at": NOW}, {"outcome": "done"}, {"decided_at": NOW}, {"reviewed_at": NOW}):
        with pytest.raises(IntegrityError, match="begins undecided"), transaction.atomic():
            ChangeRequest.objects.create(**values | more)
    with pytest.raises(IntegrityError, match="begins undecided"), transaction.atomic():
        ChangeRequest.objects.bulk_create([ChangeRequest(**values, state="used")])


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"reason": ""}, "request_has_a_reason"),
        ({"expires_at": NOW}, "request_expires"),
    ],
)
def test_a_request_has_a_reason_and_an_end(people: People, changed: dict[str, Any], constraint: str) -> None:
    values = made_up(people)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ChangeRequest.objects.create(**values | changed)


@pytest.mark.parametrize("at", ["requested_at - interval '1 s'", "expires_at", "expires_at + interval '1 s'"])
def test_a_decision_lies_within_the_requests_time(ask: Asking, people: People, at: str) -> None:
    request = ask(expires_at=NOW + timedelta(minutes=10))
    tell("request_approved", request, actor=people["ops2"], now=SOON, request_id="")
    refused(
        f"UPDATE approvals_changerequest SET state = 'approved', decided_by_id = %s, decided_at = {at} WHERE id = %s",
        *(people["ops2"].pk, request.pk),
        words="request_decided_in_time",
    )
