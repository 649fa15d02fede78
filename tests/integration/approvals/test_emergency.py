"""Break-glass: one person acts alone, at once, and everybody hears of it; it stays open until a second person has looked."""

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from oms_site.infra.alerts.models import Alert
from oms_site.infra.approvals import selectors
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput
from tests.integration.approvals.conftest import LATER, NOW, SOON, Asking, approve, is_open

pytestmark = [pytest.mark.servers, pytest.mark.django_db]
People = dict[str, User]


def alone(actor: User, name: str = "north", *, kind: str = "gate", reason: str = "the house is on fire", **more) -> ChangeRequest:
    payload = {"name": name, "owner": more.pop("owner", None)}
    return approvals.request_break_glass(actor=actor, kind=kind, payload=payload, reason=reason, now=NOW, **more)


def count(kind: str = "gate") -> float:
    return REGISTRY.get_sample_value("oms_break_glass_total", {"kind": kind}) or 0.0


def test_it_works_at_once_and_is_loud(people: People, django_capture_on_commit_callbacks) -> None:
    before = count()
    with capture_logs() as logs, django_capture_on_commit_callbacks(execute=True):
        request = alone(people["risk1"])
    assert is_open()
    assert (request.state, request.break_glass, request.decided_by, request.review_open) == ("used", True, people["risk1"], True)
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity, alert.link) == ("break_glass", "critical", f"/admin/approvals/changerequest/{request.pk}/change/")
    assert alert.text == "Break-glass by risk1: Open gate north. Reason: the house is on fire"
    assert count() == before + 1
    assert next(line for line in logs if line["event"] == "break_glass")["log_level"] == "error"
    actions = AuditEntry.objects.filter(object_type="change_request").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["request_made", "break_glass_opened", "request_used"]


@pytest.mark.parametrize("name", ["ops1", "compliance", "trader1"])
def test_only_risk_and_admin_break_the_glass(people: People, name: str) -> None:
    with pytest.raises(Forbidden, match="needs the role admin or risk"):
        alone(people[name])
    assert not ChangeRequest.objects.exists()


def test_a_superuser_is_an_admin_here_too(people: People) -> None:
    assert alone(people["admin"]).state == "used"


@pytest.mark.parametrize("reason", ["", "x", "too short"])
def test_a_reason_is_typed_that_says_something(people: People, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        alone(people["risk1"], reason=reason)
    assert refused.value.field == "reason"


def test_who_has_a_part_in_it_does_not_act_alone_on_it(people: People) -> None:
    with pytest.raises(Forbidden, match="a part in"):
        alone(people["risk1"], owner=people["risk1"].pk)


def test_what_fails_leaves_nothing_but_the_refusal(people: People) -> None:
    with pytest.raises(Conflict):
        alone(people["risk1"], "broken")
    assert not ChangeRequest.objects.exists()
    assert not Alert.objects.exists()


def test_what_was_done_alone_is_undone_by_the_clock_and_still_to_be_reviewed(people: People) -> None:
    request = alone(people["risk1"], kind="hatch", revert_at=LATER)
    assert approvals.requests_revert(now=LATER) == 1
    request.refresh_from_db()
    assert (request.state, request.review_open, is_open()) == ("reverted", True, False)


def test_a_second_person_reviews_it_once(people: People) -> None:
    request = alone(people["risk1"])
    with pytest.raises(approvals.SecondPersonNeeded):
        approvals.request_review(actor=people["risk1"], pk=request.pk, reason="I was right", now=SOON)
    with pytest.raises(Forbidden, match="needs the role"):
        approvals.request_review(actor=people["ops1"], pk=request.pk, reason="fine by me", now=SOON)
    assert list(selectors.break_glass_open()) == [request]
    reviewed = approvals.request_review(actor=people["compliance"], pk=request.pk, reason="the house did burn", now=SOON)
    assert (reviewed.reviewed_by, reviewed.review_open, list(selectors.break_glass_open())) == (people["compliance"], False, [])
    with pytest.raises(approvals.RequestClosed):
        approvals.request_review(actor=people["admin"], pk=request.pk, reason="me too", now=SOON)


def test_the_database_keeps_the_review_to_somebody_else_and_to_the_audit_log(people: People) -> None:
    request = alone(people["risk1"])
    for reviewer in ("risk1", "compliance"):
        with pytest.raises(DatabaseError), transaction.atomic():
            ChangeRequest.objects.filter(pk=request.pk).update(reviewed_by=people[reviewer], reviewed_at=SOON, review_reason="fine")


def test_what_two_people_decide_needs_no_review(ask: Asking, people: People) -> None:
    request = approve(people["ops2"], ask())
    with pytest.raises(approvals.RequestClosed):
        approvals.request_review(actor=people["compliance"], pk=request.pk, reason="just looking", now=SOON)


def test_it_stands_on_top_of_the_list_until_it_is_reviewed_by_the_button(people: People) -> None:
    request = alone(people["risk1"])
    desk, page = Client(), f"/admin/approvals/changerequest/{request.pk}/"
    desk.force_login(people["compliance"])
    listed = desk.get("/admin/approvals/changerequest/").content.decode()
    assert listed.index('id="break-glass"') < listed.index("changelist-form")
    assert "I have reviewed it" in desk.get(f"{page}change/").content.decode()
    own = Client()
    own.force_login(people["risk1"])
    assert "you did this yourself" in own.get(f"{page}change/").content.decode()
    own.post(f"{page}review/", {"reason": "I was right"})
    request.refresh_from_db()
    assert request.review_open
    desk.post(f"{page}review/", {"reason": "the house did burn"})
    assert 'id="break-glass"' not in desk.get("/admin/approvals/changerequest/").content.decode()


# asked for first, then done alone


def test_who_asked_and_cannot_wait_does_it_alone_and_the_request_is_withdrawn(ask: Asking, people: People) -> None:
    waiting = ask(by="risk1")
    done = approvals.request_take_alone(actor=people["risk1"], pk=waiting.pk, reason="the house is on fire", now=SOON)
    waiting.refresh_from_db()
    assert (waiting.state, done.state, done.break_glass, done.payload) == ("withdrawn", "used", True, waiting.payload)
    assert is_open()
    with pytest.raises(approvals.RequestClosed):
        approvals.request_take_alone(actor=people["risk1"], pk=waiting.pk, reason="the house is on fire", now=SOON)


def test_nobody_does_alone_what_another_asked_for_or_what_the_own_role_may_not(ask: Asking, people: People) -> None:
    waiting = ask(by="ops1")
    for name in ("risk1", "ops1"):
        with pytest.raises(Forbidden):
            approvals.request_take_alone(actor=people[name], pk=waiting.pk, reason="the house is on fire", now=SOON)
    waiting.refresh_from_db()
    assert waiting.state == "requested", "it still waits"


def test_the_button_is_on_the_own_requests_page_of_risk_and_admin(ask: Asking, people: People) -> None:
    now = timezone.now()
    requests = {name: ask(name, by=name, now=now) for name in ("ops1", "risk1")}
    for name, request in requests.items():
        client, page = Client(), f"/admin/approvals/changerequest/{request.pk}/"
        client.force_login(people[name])
        assert ('formaction="../alone/"' in client.get(f"{page}change/").content.decode()) == (name == "risk1")
        answer = client.post(f"{page}alone/", {"reason": "the house is on fire"}, follow=True).content.decode()
        assert ("it is to be reviewed" in answer) == (name == "risk1") == is_open(name)
