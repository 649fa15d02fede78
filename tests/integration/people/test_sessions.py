"""Sessions: idle time, greatest age, listed and ended by their person and by an administrator."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db.models import F
from django.test import Client

from oms_site.infra.audit.models import AuditEntry
from oms_site.stream.credentials import SessionCookie
from risk.models import WebSession
from risk.sessions import SessionStore, digest
from tests.integration.people.conftest import log_in

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def age(**columns: timedelta) -> None:
    WebSession.objects.update(**{name: F(name) - back for name, back in columns.items()})


def key_of(browser: Client) -> str:
    return browser.cookies["oms_session"].value


def test_a_session_nobody_used_for_too_long_asks_for_the_log_in_and_leads_back(people, browser_of, settings) -> None:
    settings.OMS_SESSION_IDLE_SECONDS = 1800
    browser = browser_of("risk")
    age(seen_at=timedelta(minutes=29))
    assert browser.get("/admin/").status_code == 200
    age(seen_at=timedelta(minutes=31))
    answer = browser.get("/admin/risk/limit/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/risk/limit/")
    assert browser.get("/api/accounts").status_code == 401


def test_use_counts_from_requests_and_is_noted_once_a_minute_at_most(people, browser_of, settings, django_assert_max_num_queries) -> None:
    settings.OMS_SESSION_IDLE_SECONDS = 1800
    browser = browser_of("trader")
    age(seen_at=timedelta(minutes=20))
    before = WebSession.objects.get().seen_at
    browser.post("/account/active")
    noted = WebSession.objects.get().seen_at
    assert noted > before
    browser.post("/account/active")
    assert WebSession.objects.get().seen_at == noted


def test_a_socket_is_no_use_and_ends_with_the_session(people, browser_of, settings) -> None:
    settings.OMS_SESSION_IDLE_SECONDS = 1800
    browser = browser_of("trader")
    cookie = SessionCookie(key_of(browser))
    before = WebSession.objects.get().seen_at
    assert cookie.user() == people["trader"]
    assert WebSession.objects.get().seen_at == before
    age(seen_at=timedelta(minutes=31))
    assert cookie.user() is None


def test_the_greatest_age_ends_a_session_however_much_it_is_used(people, browser_of, settings) -> None:
    browser = browser_of("trader")
    row = WebSession.objects.get()
    assert row.expire_date - row.started_at == timedelta(seconds=settings.OMS_SESSION_MAX_SECONDS)
    browser.get("/account/")
    assert WebSession.objects.get().expire_date == row.expire_date
    WebSession.objects.update(expire_date=row.started_at)
    assert browser.get("/account/").status_code == 302


def test_who_logs_in_again_gets_a_session_of_its_own(people, browser_of) -> None:
    first, second = browser_of("trader"), browser_of("trader")
    assert key_of(first) != key_of(second)
    assert WebSession.objects.filter(user=people["trader"]).count() == 2


def test_one_ends_ones_own_sessions_and_nobody_elses(people, browser_of) -> None:
    here, elsewhere, other = browser_of("trader"), browser_of("trader"), browser_of("sales")
    shown = here.get("/account/").content.decode()
    assert digest(key_of(elsewhere)) in shown
    assert digest(key_of(other)) not in shown
    assert here.post(f"/account/sessions/{digest(key_of(other))}/revoke").status_code == 404
    assert here.post(f"/account/sessions/{digest(key_of(elsewhere))}/revoke").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert other.get("/account/").status_code == 200
    assert AuditEntry.objects.get(action="session_revoked").actor == people["trader"]


def test_an_administrator_ends_any_session_with_one_entry_in_the_audit_log(people, browser_of) -> None:
    admin, trader = browser_of("admin"), browser_of("trader")
    row = digest(key_of(trader))
    assert f"/admin/risk/websession/{row}/revoke/" in admin.get("/admin/risk/websession/").content.decode()
    assert b"Log this browser out now?" in admin.get(f"/admin/risk/websession/{row}/revoke/").content
    admin.post(f"/admin/risk/websession/{row}/revoke/")
    assert trader.get("/account/").status_code == 302
    assert AuditEntry.objects.filter(action="session_revoked").count() == 1


def test_the_admins_list_tells_no_key_and_no_data(people, browser_of) -> None:
    admin, trader = browser_of("admin"), browser_of("trader")
    row = WebSession.objects.get(user=people["trader"])
    for path in ("/admin/risk/websession/", f"/admin/risk/websession/{row.pk}/change/"):
        page = admin.get(path).content.decode()
        assert key_of(trader) not in page
        assert row.session_data not in page


def test_everything_of_a_person_is_ended_by_one_button_with_a_reason(people, browser_of) -> None:
    admin, one, two = browser_of("admin"), browser_of("trader"), browser_of("trader")
    page = f"/admin/auth/user/{people['trader'].pk}/out/"
    assert admin.post(page, {"reason": ""}).status_code == 200
    assert one.get("/account/").status_code == 200
    admin.post(page, {"reason": "left the firm"})
    assert {browser.get("/account/").status_code for browser in (one, two)} == {302}
    assert AuditEntry.objects.get(action="logged_out_everywhere").detail == {"reason": "left the firm"}


def test_a_deactivated_person_is_out_at_once(people, browser_of) -> None:
    browser = browser_of("trader")
    people["trader"].is_active = False
    people["trader"].save()
    assert browser.get("/account/").status_code == 302
    assert browser.get("/api/accounts").status_code == 401
    assert log_in("trader")[1].status_code == 200


def test_a_session_revoked_during_a_request_is_not_brought_back_by_its_end(people) -> None:
    store = SessionStore()
    store["a"] = 1
    store.save()
    WebSession.objects.all().delete()
    store["a"] = 2
    with pytest.raises(UpdateError):
        store.save()
    assert not WebSession.objects.exists()


def test_expired_sessions_are_cleared_and_live_ones_stay(people, browser_of, settings) -> None:
    settings.OMS_SESSION_IDLE_SECONDS = 1800
    browser_of("sales")
    age(seen_at=timedelta(minutes=31))
    living = browser_of("trader")
    SessionStore.clear_expired()
    assert list(WebSession.objects.values_list("pk", flat=True)) == [digest(key_of(living))]
