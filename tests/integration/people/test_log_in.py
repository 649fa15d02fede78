"""Logging in on the page, in the admin and for a token: one way in, one count of failures, one lock."""

import json

import pytest
from axes.models import AccessAttempt
from django.test import Client

from oms_site.infra.audit.models import AuditEntry
from risk.models import ApiToken, WebSession
from tests.integration.people.conftest import PASSWORD, log_in

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def token(username: str, password: str = PASSWORD, **more: str):
    options = {key: more.pop(key) for key in ("REMOTE_ADDR", "HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT") if key in more}
    body = json.dumps({"username": username, "password": password} | more)
    return Client().post("/api/auth/token", body, content_type="application/json", **options)


def test_a_log_in_begins_a_session_of_which_only_a_hash_is_stored(people) -> None:
    browser, answer = log_in("trader", HTTP_USER_AGENT="Firefox 1")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    session = WebSession.objects.get(user=people["trader"])
    assert browser.cookies["oms_session"].value not in (session.pk, session.session_data)
    assert (session.address, session.agent) == ("127.0.0.1", "Firefox 1")
    entry = AuditEntry.objects.get(action="logged_in")
    assert (entry.actor, entry.object_id, entry.detail["address"]) == (people["trader"], "trader", "127.0.0.1")
    assert browser.post("/logout").status_code == 302
    assert not WebSession.objects.exists()
    assert AuditEntry.objects.filter(action="logged_out", actor=people["trader"]).exists()


def test_a_log_in_gives_a_session_another_key(people) -> None:
    browser = Client()
    browser.get("/login")
    browser.cookies["oms_session"] = "a" * 32
    browser.post("/login", {"username": "trader", "password": PASSWORD})
    assert browser.cookies["oms_session"].value != "a" * 32


def test_the_admins_log_in_is_the_products_own(people) -> None:
    browser = Client()
    assert b"Order management" in browser.get("/admin/login/?next=/admin/").content
    people["risk"].is_staff = True
    people["risk"].save()
    answer = browser.post("/admin/login/", {"username": "risk", "password": PASSWORD, "next": "/admin/"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert browser.get("/admin/").status_code == 200


def test_who_has_no_role_is_refused_by_the_admin_and_not_sent_round_in_circles(people) -> None:
    browser, _ = log_in("stranger")
    assert browser.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_next_leads_to_no_other_site(people, address: str) -> None:
    answer = Client().post("/login", {"username": "trader", "password": PASSWORD, "next": address})
    assert answer["Location"] == "/"


def test_the_form_needs_its_csrf_token(people) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login", {"username": "trader", "password": PASSWORD})
    assert answer.status_code == 403


@pytest.mark.parametrize("door", ["page", "admin", "token"])
def test_too_many_failures_lock_a_name_at_an_address_at_every_door(people, settings_of_production, door: str) -> None:
    for _ in range(2):
        assert log_in("trader", "wrong")[1].status_code == 200
    assert token("trader", "wrong").status_code == 429, "the third one too many"
    if door == "token":
        answer = token("trader")
        assert (answer.status_code, answer.json()["code"]) == (429, "log_in_locked")
    else:
        answer = Client().post("/login" if door == "page" else "/admin/login/", {"username": "trader", "password": PASSWORD})
        assert answer.status_code == 429
        assert b"too many log-ins of this name have failed" in answer.content.lower()
    assert int(answer["Retry-After"]) > 0
    assert not WebSession.objects.exists()
    assert not ApiToken.objects.exists()
    assert AuditEntry.objects.filter(action="log_in_locked", object_id="trader").count() == 1, "told once"


def test_a_lock_is_for_that_name_and_that_address(people, settings_of_production) -> None:
    for _ in range(3):
        token("trader", "wrong")
    assert token("trader").status_code == 429
    assert token("sales").status_code == 201
    assert token("trader", REMOTE_ADDR="10.1.2.3").status_code == 201


def test_a_forged_header_or_another_browser_is_no_other_address(people, settings_of_production) -> None:
    for number in range(3):
        token("trader", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}", HTTP_USER_AGENT=f"tool {number}")
    assert token("trader", HTTP_X_FORWARDED_FOR="10.9.9.9").status_code == 429


def test_a_name_nobody_has_is_locked_alike_and_leaves_no_audit_entry(people, settings_of_production) -> None:
    answers = [token("nobody", "wrong").status_code for _ in range(4)]
    assert answers == [401, 401, 429, 429]
    assert not AuditEntry.objects.filter(action="log_in_locked").exists()


def test_failures_while_locked_do_not_prolong_the_lock(people, settings_of_production) -> None:
    for _ in range(3):
        token("trader", "wrong")
    before = AccessAttempt.objects.get().attempt_time
    token("trader", "wrong")
    assert (AccessAttempt.objects.get().attempt_time, AccessAttempt.objects.get().failures_since_start) == (before, 3)


def test_a_lock_ends_by_itself(people, settings_of_production) -> None:
    for _ in range(3):
        token("trader", "wrong")
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - settings_of_production.AXES_COOLOFF_TIME)
    assert token("trader").status_code == 201


def test_a_log_in_forgets_the_failures_before_it(people, settings_of_production) -> None:
    for _ in range(2):
        token("trader", "wrong")
    assert token("trader").status_code == 201
    assert not AccessAttempt.objects.exists()
    token("trader", "wrong")
    assert token("trader").status_code == 201


def test_what_was_typed_as_a_password_is_kept_nowhere(people, caplog) -> None:
    secret = "Tr0ub4dor-and-three"
    log_in("trader", secret, otp="987654")
    token("trader", secret)
    rows = str(list(AccessAttempt.objects.values())) + str(list(AuditEntry.objects.values()))
    for text in (rows, caplog.text):
        assert secret not in text
        assert "987654" not in text


def test_log_ins_from_one_address_are_throttled_before_a_password_is_hashed(people, settings) -> None:
    settings.OMS_LOG_INS_PER_SECOND, settings.OMS_LOG_IN_BURST = 0.001, 3
    answers = [token("trader", "wrong") for _ in range(5)]
    assert answers[-1].status_code == 429
    assert (answers[-1].json()["code"], int(answers[-1]["Retry-After"]) > 0) == ("throttled", True)
