"""Passwords: their rules, changing one's own, and being given a new one by an administrator."""

import re

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from risk import services
from risk.models import ApiToken, WebSession
from tests.integration.people.conftest import NOW, PASSWORD, log_in
from tests.integration.people.test_log_in import token

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NEW = "seven green horses"


def change(browser, password=PASSWORD, new=NEW, again=None):
    return browser.post("/account/password", {"password": password, "new": new, "again": again or new})


def test_a_changed_password_ends_every_other_session_and_token_and_keeps_this_one(people, browser_of) -> None:
    here, elsewhere = browser_of("trader"), browser_of("trader")
    raw = token("trader").json()["token"]
    assert change(here).status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert services.token_user(raw) is None
    assert log_in("trader")[1].status_code == 200, "the old one is wrong now"
    assert log_in("trader", NEW)[1].status_code == 302
    assert AuditEntry.objects.get(action="password_changed").actor == people["trader"]
    assert NEW not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short", "too short"),
        ("password1234", "too common"),
        ("123412341234", "entirely numeric"),
        ("compliance-12", "too similar"),
        (PASSWORD, "is the one you have"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(people, browser_of, new: str, why: str) -> None:
    answer = change(browser_of("compliance"), new=new)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert log_in("compliance")[1].status_code == 302


def test_the_present_password_is_asked_for_and_guessing_it_locks(people, browser_of, settings_of_production) -> None:
    browser = browser_of("trader")
    pages = [change(browser, password="guess").content.decode() for _ in range(4)]
    assert "not your password" in pages[0]
    assert "have failed from here" in pages[-1]
    assert "have failed from here" in change(browser).content.decode(), "the right one as well"
    assert User.objects.get(username="trader").check_password(PASSWORD)


def test_both_new_ones_must_be_the_same(people, browser_of) -> None:
    assert "not the same" in change(browser_of("trader"), again=NEW + "x").content.decode()


def test_a_reset_password_is_shown_once_ends_everything_and_must_be_changed_first(people, browser_of) -> None:
    admin, trader = browser_of("admin"), browser_of("trader")
    raw = token("trader").json()["token"]
    page = f"/admin/auth/user/{people['trader'].pk}/password/"
    assert b"Reason" in admin.get(page).content
    shown = admin.post(page, {"reason": "forgotten"})
    password = re.search(r'id="handed-password">([^<]+)<', shown.content.decode())[1]
    assert "no-store" in shown["Cache-Control"]
    assert trader.get("/account/").status_code == 302
    assert services.token_user(raw) is None
    refused = token("trader", password)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_page_needed")
    browser, _ = log_in("trader", password)
    assert browser.get("/")["Location"] == "/account/password"
    assert browser.get("/api/accounts").status_code == 403
    assert change(browser, password=password).status_code == 302
    assert browser.get("/").status_code == 200
    assert browser.get("/api/accounts").status_code == 200
    entry = AuditEntry.objects.get(action="password_reset")
    assert (entry.actor, entry.detail) == (people["admin"], {"reason": "forgotten"})
    assert password not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("who", ["trader", "risk", "operations", "compliance", "viewer"])
def test_who_resets_no_passwords(people, who: str) -> None:
    with pytest.raises(Forbidden):
        services.password_reset(actor=people[who], user=people["sales"], new=NEW, reason="x", now=NOW)


@pytest.mark.parametrize("who", ["admin", "root"])
def test_nobody_resets_ones_own_without_knowing_it(people, who: str) -> None:
    with pytest.raises(Forbidden):
        services.password_reset(actor=people[who], user=people[who], new=NEW, reason="x", now=NOW)


def test_a_reset_needs_a_reason(people) -> None:
    with pytest.raises(InvalidInput):
        services.password_reset(actor=people["admin"], user=people["sales"], new=NEW, reason="  ", now=NOW)


def test_revoking_everything_of_oneself_keeps_this_session(people, browser_of) -> None:
    here, elsewhere = browser_of("trader"), browser_of("trader")
    token("trader")
    here.post("/account/revoke")
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert WebSession.objects.filter(user=people["trader"]).count() == 1
    assert timezone.now() >= AuditEntry.objects.filter(action="session_revoked").latest("id").created_at
