"""Requests in the admin: what waits for whom, what will change in words, and buttons that do one thing once."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from tests.integration.approvals.conftest import Asking, is_open

pytestmark = [pytest.mark.servers, pytest.mark.django_db]
People = dict[str, User]
LIST = "/admin/approvals/changerequest/"


def desk(person: User, *, careful: bool = False) -> Client:
    client = Client(enforce_csrf_checks=careful)
    client.force_login(person)
    return client


@pytest.fixture
def request_(ask: Asking) -> ChangeRequest:
    return ask(now=timezone.now())


def page(request: ChangeRequest, verb: str = "change") -> str:
    return f"{LIST}{request.pk}/{verb}/"


def test_the_page_says_what_will_change_for_whom_until_when_and_why(request_: ChangeRequest, people: People) -> None:
    shown = desk(people["ops2"]).get(page(request_)).content.decode()
    told = ("Open gate north", "opening of a gate", "ops1", "it is needed", f"{request_.expires_at:%Y-%m-%d %H:%M:%S} UTC")
    for words in (*told, "shut", "open", "request_made"):
        assert words in shown
    assert re.findall(r'formaction="\.\./(\w+)/"', shown) == ["approve", "reject"]


def test_what_waits_for_me_is_on_top_and_only_that(request_: ChangeRequest, ask: Asking, people: People) -> None:
    now = timezone.now()
    ask("owned", owner=people["ops2"].pk, now=now)
    ask("late", now=now, expires_at=now + timedelta(microseconds=1))
    top = desk(people["ops2"]).get(LIST).content.decode().split("changelist-form")[0]
    assert "Open gate north" in top
    assert "Open gate owned" not in top
    assert "Open gate late" not in top
    assert 'id="to-decide"' not in desk(people["ops1"]).get(LIST).content.decode()
    assert 'id="to-decide"' not in desk(people["compliance"]).get(LIST).content.decode()


@pytest.mark.parametrize(
    ("queue", "who", "found"),
    [
        ("decide", "ops2", ["north"]),
        ("decide", "ops1", ["mine"]),
        ("own", "ops1", ["north", "done"]),
        ("waiting", "ops1", ["mine", "north"]),
        ("alone", "ops1", []),
    ],
)
def test_the_list_is_narrowed_to_a_queue(ask: Asking, people: People, queue: str, who: str, found: list[str]) -> None:
    now = timezone.now()
    done = ask("done", now=now)
    approvals.request_approve(actor=people["risk1"], pk=done.pk, reason="looked at it", now=now)
    ask("north", now=now)
    ask("mine", by="ops2", now=now)
    listed = desk(people[who]).get(f"{LIST}?queue={queue}").content.decode().split('id="result_list"')
    rows = re.findall(r"Open gate (\w+)</a>", listed[1]) if len(listed) > 1 else []
    assert sorted(rows) == sorted(found)


def test_approve_by_button_is_one_post_with_a_token_and_a_double_click_does_nothing_more(request_: ChangeRequest, people: People) -> None:
    careful = desk(people["ops2"], careful=True)
    assert careful.post(page(request_, "approve"), {"reason": "looked at it"}).status_code == 403
    assert careful.get(page(request_, "approve")).status_code == 405
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', careful.get(page(request_)).content.decode())
    assert token is not None
    form = {"reason": "looked at it", "csrfmiddlewaretoken": token[1]}
    for words in ("Approved. north is open", "Nothing more was done: it is carried out already (by ops2)."):
        answer = careful.post(page(request_, "approve"), form, follow=True)
        assert words in answer.content.decode()
    assert is_open()
    assert AuditEntry.objects.filter(action="request_approved").count() == 1


def test_the_own_request_says_why_it_has_no_button_and_can_be_taken_back(request_: ChangeRequest, people: People) -> None:
    own = desk(people["ops1"])
    shown = own.get(page(request_)).content.decode()
    assert "you asked for this yourself: a second person must decide" in shown
    assert re.findall(r'formaction="\.\./(\w+)/"', shown) == ["withdraw"]
    answer = own.post(page(request_, "approve"), {"reason": "I may"}, follow=True)
    assert "a second person must decide" in answer.content.decode()
    own.post(page(request_, "withdraw"), {"reason": "wrong gate"})
    request_.refresh_from_db()
    assert request_.state == "withdrawn"


def test_a_refused_carrying_out_is_told_and_leaves_the_request_open(ask: Asking, people: People) -> None:
    request = ask("broken", now=timezone.now())
    answer = desk(people["ops2"]).post(page(request, "approve"), {"reason": "looked at it"}, follow=True).content.decode()
    assert "gate is broken" in answer
    assert "waits for a second person" in answer


def test_without_a_reason_nothing_is_decided(request_: ChangeRequest, people: People) -> None:
    for verb in ("approve", "reject"):
        answer = desk(people["ops2"]).post(page(request_, verb), {"reason": " "}, follow=True)
        assert "say why" in answer.content.decode()
    request_.refresh_from_db()
    assert request_.state == "requested"


def test_one_whose_time_is_over_has_no_buttons(ask: Asking, people: People) -> None:
    now = timezone.now()
    request = ask(now=now, expires_at=now + timedelta(microseconds=1))
    shown = desk(people["ops2"]).get(page(request)).content.decode()
    assert "formaction" not in shown
    assert "expired" in shown


@pytest.mark.parametrize("name", ["ops2", "admin"])
def test_nothing_is_edited_added_or_deleted(request_: ChangeRequest, people: People, name: str) -> None:
    client = desk(people[name])
    before = ChangeRequest.objects.values().get()
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page(request_, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(request_), {"state": "used", "reason": "changed"})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(request_.pk)], "post": "yes"})
    assert ChangeRequest.objects.values().get() == before


@pytest.mark.parametrize("name", ["trader1"])
def test_who_has_no_business_here_sees_nothing(request_: ChangeRequest, people: People, name: str) -> None:
    client = desk(people[name])
    for path in (LIST, page(request_), page(request_, "history")):
        assert client.get(path).status_code == 403
    for verb in ("approve", "reject", "withdraw", "review"):
        assert client.post(page(request_, verb), {"reason": "let me"}).status_code == 403


def test_what_is_typed_in_is_shown_and_never_run(ask: Asking, people: People) -> None:
    request = ask("<script>alert(1)</script>", reason="<b>because</b>", now=timezone.now())
    for path in (LIST, page(request)):
        shown = desk(people["ops2"]).get(path).content.decode()
        assert "<script>alert" not in shown
        assert "<b>because" not in shown


@pytest.mark.parametrize("number", ["0", "999999999", "x", "1e3", "٣", "-1"])
def test_a_request_that_is_none_is_not_found(people: People, number: str) -> None:
    assert desk(people["ops2"]).get(f"{LIST}{number}/change/").status_code == 404


def test_a_request_of_a_kind_nobody_knows_any_more_is_still_shown(
    request_: ChangeRequest, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from oms_site.infra.approvals.kinds import KINDS

    monkeypatch.delitem(KINDS, "gate")
    shown = desk(people["ops2"]).get(page(request_)).content.decode()
    assert "nothing here knows this kind" in shown
    assert "formaction" not in shown
