"""What needs two people happens when the second agrees, then and only then, once, and for exactly what was asked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.states import State
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.integration.approvals.conftest import LATER, NOW, SOON, Asking, approve, gate_open, is_open, member

pytestmark = pytest.mark.servers
People = dict[str, User]


def told(request: ChangeRequest) -> list[tuple[str, str | None]]:
    entries = AuditEntry.objects.filter(object_type="change_request", object_id=str(request.pk)).order_by("seq").select_related("actor")
    return [(entry.action, entry.actor and entry.actor.username) for entry in entries]


def test_asking_does_nothing_and_says_in_words_what_is_asked(ask: Asking) -> None:
    request = ask()
    assert not is_open()
    assert (request.state, request.title, request.scope) == ("requested", "Open gate north", {"Gate": "north"})
    assert request.changes == [["Gate", "shut", "open"]]
    assert request.expires_at == NOW + timedelta(hours=24)
    assert told(request) == [("request_made", "ops1")]


def test_a_second_person_agrees_and_it_is_done_with_an_entry_for_request_decision_and_use(ask: Asking, people: People) -> None:
    request = approve(people["ops2"], ask())
    assert is_open()
    assert (request.state, request.decided_by, request.used_at, request.outcome) == ("used", people["ops2"], SOON, "north is open")
    assert told(request) == [("request_made", "ops1"), ("request_approved", "ops2"), ("request_used", "ops1")]
    assert first_broken_link("approvals") is None


def test_a_rejected_request_stays_so(ask: Asking, people: People) -> None:
    request = approvals.request_reject(actor=people["risk1"], pk=ask().pk, reason="not today", now=SOON)
    assert (request.state, request.decision_reason) == ("rejected", "not today")
    with pytest.raises(approvals.RequestClosed, match="rejected already"):
        approve(people["ops2"], request)
    assert not is_open()


@pytest.mark.parametrize("decide", [approvals.request_approve, approvals.request_reject])
def test_nobody_decides_the_own_request_a_superuser_neither(ask: Asking, people: People, decide) -> None:
    for name in ("ops1", "admin"):
        request = ask(by=name, name=name)
        with pytest.raises(approvals.SecondPersonNeeded):
            decide(actor=people[name], pk=request.pk, reason="I may", now=SOON)
        request.refresh_from_db()
        assert request.state == State.REQUESTED


def test_who_has_a_part_in_it_neither_asks_nor_decides(ask: Asking, people: People) -> None:
    with pytest.raises(Forbidden, match="a part in"):
        ask(owner=people["ops1"].pk)
    request = ask(owner=people["ops2"].pk)
    with pytest.raises(Forbidden, match="a part in"):
        approve(people["ops2"], request)
    assert approve(people["risk1"], request).state == State.USED


def test_roles_decide_who_asks_and_who_agrees(ask: Asking, people: People) -> None:
    with pytest.raises(Forbidden, match="needs the role operations or risk"):
        ask(by="trader1")
    with pytest.raises(Forbidden, match="needs the role operations or risk"):
        approve(people["compliance"], ask())


def test_who_could_not_ask_any_more_is_not_served(ask: Asking, people: People) -> None:
    request = ask()
    people["ops1"].groups.clear()
    with pytest.raises(Forbidden, match="ops1 could not ask for this any more"):
        approve(people["ops2"], request)
    User.objects.filter(pk=people["ops1"].pk).update(is_active=False)
    with pytest.raises(Forbidden):
        approve(people["ops2"], request)


def test_what_fails_leaves_nothing_behind_and_can_be_decided_again(ask: Asking, people: People) -> None:
    request = ask("broken")
    with pytest.raises(Conflict, match="the gate is broken"):
        approve(people["ops2"], request)
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.used_at) == ("requested", None, None)
    assert told(request) == [("request_made", "ops1")]
    assert approvals.request_reject(actor=people["ops2"], pk=request.pk, reason="cannot be", now=SOON).state == State.REJECTED


def test_a_service_that_does_not_use_the_approval_up_is_found_out(ask: Asking, people: People) -> None:
    request = ask(kind="forgetful")
    with pytest.raises(RuntimeError, match=r"without approvals\.require"):
        approve(people["ops2"], request)
    assert not is_open()


def test_nothing_is_decided_or_used_after_its_time(ask: Asking, people: People) -> None:
    request = ask(expires_at=SOON)
    for late in (SOON, LATER):
        with pytest.raises(approvals.RequestExpired):
            approve(people["ops2"], request, now=late)
    assert approvals.requests_expire(now=SOON - timedelta(microseconds=1)) == 0
    assert approvals.requests_expire(now=SOON) == 1
    assert approvals.requests_expire(now=LATER) == 0
    request.refresh_from_db()
    assert request.state == State.EXPIRED
    assert told(request)[-1] == ("request_expired", None)
    with pytest.raises(approvals.RequestClosed):
        approve(people["ops2"], request)


def test_the_same_is_not_asked_for_twice_while_it_waits(ask: Asking, people: People) -> None:
    first = ask()
    with pytest.raises(Conflict, match=f"as request {first.pk} of ops1"):
        ask(by="risk1")
    approvals.request_withdraw(actor=people["ops1"], pk=first.pk, reason="wrong gate", now=SOON)
    assert ask().pk != first.pk


def test_only_who_asked_takes_it_back(ask: Asking, people: People) -> None:
    request = ask()
    with pytest.raises(Forbidden):
        approvals.request_withdraw(actor=people["ops2"], pk=request.pk, reason="not mine", now=SOON)
    assert approvals.request_withdraw(actor=people["ops1"], pk=request.pk, reason="wrong gate", now=SOON).state == State.WITHDRAWN
    with pytest.raises(approvals.RequestClosed):
        approve(people["ops2"], request)


@pytest.mark.parametrize("reason", ["", "  ", "ab", "x" * 201, "a\nb", "a\x00b"])
def test_a_reason_is_typed_in_by_both(ask: Asking, people: People, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(reason=reason)
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput):
        approvals.request_approve(actor=people["ops2"], pk=ask().pk, reason=reason, now=SOON)


def test_what_cannot_be_done_or_is_no_exact_value_is_not_asked_for(ask: Asking, people: People) -> None:
    with pytest.raises(InvalidInput):
        ask("")
    with pytest.raises(TypeError):
        approvals.request_submit(actor=people["ops1"], kind="gate", payload={"name": 0.1, "owner": None}, reason="half", now=NOW)
    with pytest.raises(InvalidInput):
        ask(kind="unheard of")
    with pytest.raises(NotFound):
        approvals.request_approve(actor=people["ops1"], pk=0, reason="what?", now=NOW)


@pytest.mark.parametrize("until", [NOW, NOW + timedelta(hours=24, microseconds=1)])
def test_a_request_waits_no_longer_than_its_kind_allows(ask: Asking, until) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(expires_at=until)
    assert refused.value.field == "expires_at"


# the capability


def test_the_service_refuses_without_an_approval_of_exactly_this(ask: Asking, people: People) -> None:
    with pytest.raises(approvals.ApprovalNeeded):
        gate_open(name="north", approval=None, now=NOW)
    request = ask()
    with pytest.raises(approvals.ApprovalNeeded, match="waits for a second person"):
        gate_open(name="north", approval=request, now=NOW)
    done = approve(people["ops2"], request)
    with pytest.raises(approvals.ApprovalNeeded, match="carried out"):
        gate_open(name="south", approval=done, now=SOON)
    assert not is_open("south")


def test_an_approval_held_in_hand_counts_for_nothing_but_its_number(ask: Asking, people: People) -> None:
    request = ask(by="ops1")
    request.state, request.decided_by, request.decided_at = State.APPROVED, people["ops2"], SOON
    with pytest.raises(approvals.ApprovalNeeded):
        gate_open(name="north", approval=request, now=SOON)
    with pytest.raises(approvals.ApprovalNeeded):
        gate_open(name="north", approval=ChangeRequest(pk=10**9, payload={"owner": None}), now=SOON)


def test_an_approval_is_for_one_kind_one_payload_and_one_use(ask: Asking, people: People) -> None:
    letter = approve(people["ops2"], ask("a letter", kind="letter"))
    assert (letter.state, is_open("a letter")) == ("approved", False), "approval alone does nothing"
    with pytest.raises(approvals.ApprovalNeeded, match="of kind letter"), transaction.atomic():
        approvals.require(letter, kind="gate", payload=letter.payload, now=SOON)
    with pytest.raises(approvals.ApprovalNeeded, match="for something else"), transaction.atomic():
        approvals.require(letter, kind="letter", payload=letter.payload | {"name": "another"}, now=SOON)
    with pytest.raises(approvals.ApprovalNeeded, match="expired"), transaction.atomic():
        approvals.require(letter, kind="letter", payload=letter.payload, now=letter.expires_at)
    assert approvals.carry_out(letter, now=SOON) == "a letter is open"
    with pytest.raises(approvals.ApprovalNeeded, match="carried out"):
        approvals.carry_out(letter, now=SOON)


@pytest.mark.django_db(transaction=True)
def test_an_approval_is_used_in_a_transaction_or_not_at_all(ask: Asking, people: People) -> None:
    letter = approve(people["ops2"], ask(kind="letter"))
    with pytest.raises(RuntimeError, match="in the transaction"):
        approvals.require(letter, kind="letter", payload=letter.payload, now=SOON)


def test_an_approved_request_that_nobody_carries_out_expires(ask: Asking, people: People) -> None:
    letter = approve(people["ops2"], ask(kind="letter"))
    assert approvals.requests_expire(now=letter.expires_at) == 1
    with pytest.raises(approvals.ApprovalNeeded, match="expired"):
        approvals.carry_out(letter, now=LATER)


# reversion


def test_what_is_allowed_for_a_time_is_undone_by_the_clock(ask: Asking, people: People) -> None:
    request = approve(people["ops2"], ask(kind="hatch", revert_at=LATER))
    assert is_open()
    assert approvals.requests_revert(now=LATER - timedelta(microseconds=1)) == 0
    assert approvals.requests_revert(now=LATER) == 1
    assert approvals.requests_revert(now=LATER) == 0
    request.refresh_from_db()
    assert (request.state, request.reverted_at, is_open()) == ("reverted", LATER, False)
    assert told(request)[-1] == ("request_reverted", None)


def test_what_cannot_be_undone_now_keeps_nobody_else_and_is_tried_again(ask: Asking, people: People) -> None:
    stuck = approve(people["ops2"], ask("stuck", kind="hatch", revert_at=LATER))
    approve(people["ops2"], ask("north", kind="hatch", revert_at=LATER))
    assert approvals.requests_revert(now=LATER) == 1
    stuck.refresh_from_db()
    assert (stuck.state, is_open("stuck"), is_open("north")) == ("used", True, False)
    assert told(stuck)[-1] == ("request_used", "ops1")


@pytest.mark.parametrize("until", [None, NOW, NOW + timedelta(hours=3)])
def test_what_reverts_says_until_when(ask: Asking, until) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(kind="hatch", revert_at=until)
    assert refused.value.field == "revert_at"


def test_an_end_means_nothing_where_nothing_reverts(ask: Asking) -> None:
    with pytest.raises(InvalidInput, match="not undone by itself"):
        ask(revert_at=LATER)


def test_a_superuser_is_an_admin_and_no_more(ask: Asking, people: People) -> None:
    member("root", "viewer", is_superuser=True)
    with pytest.raises(Forbidden, match="needs the role"):
        approve(User.objects.get(username="root"), ask())
