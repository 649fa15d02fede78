"""The buttons of a market: shown to who may press them, they say what will happen to how many orders, and do one thing with a reason."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, override_settings

from marketdata.admin.actions import ACTIONS
from marketdata.models import DepthSnapshot, InstrumentSchedule
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from tests.integration.marketdata.conftest import NOW, controls, person
from tests.integration.marketdata.markets import instrument, words

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

ROLES = ("trader", "sales", "risk", "operations", "compliance", "viewer", "admin")


def counted(symbol):
    """Stands in for the room of orders."""
    return {"day": 12, "gtc": 3, "gtd": 1, "at_close": 2}


@pytest.fixture(autouse=True)
def orders(db):
    with override_settings(OMS_OPEN_ORDERS=f"{__name__}.counted"):
        instrument()
        yield


def client(role, *permissions):
    user = person(f"{role}-person", role, is_staff=True)
    codenames = permissions or ("view_instrument",)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="marketdata", codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def address(action, symbol="IBM"):
    return f"/admin/marketdata/instrument/{symbol}/market/{action}/"


def market(phase, auction=""):
    places = {"partition": 0, "replay_from": 0, "book_seq": 1, "updated_at": NOW}
    DepthSnapshot.objects.create(
        symbol="IBM", seq=1, bids=[], asks=[], phase=phase, auction=auction, phase_since=NOW, indicative_price=10, indicative_quantity=7,
        **places,
    )  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_button_works_exactly_for_the_roles_that_may(role, action):
    market("auction", "opening")
    may = role in {"operations", "admin"} or (role == "risk" and action == "halt")
    browser = client(role)
    asked = browser.get(address(action))
    assert asked.status_code == (200 if may else 403)
    assert not AuditEntry.objects.exists(), "asking does nothing"
    answer = browser.post(address(action), {"reason": "a test", "kind": "volatility"})
    assert answer.status_code == (302 if may else 403)
    assert AuditEntry.objects.count() == (1 if may else 0)
    assert OutboxMessage.objects.exists() == may
    if may:
        assert AuditEntry.objects.get().detail["reason"] == "a test"


def test_nobody_presses_a_button_who_may_not_see_instruments():
    assert client("operations", "view_tradingcalendar").get(address("halt")).status_code == 403
    assert Client().get(address("halt")).status_code == 302


@pytest.mark.parametrize("path", [address("sell"), address("halt", "NOPE")])
def test_what_is_not_there_is_not_found(path):
    assert client("operations").get(path).status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_reason_the_question_stands(reason):
    answer = client("operations").post(address("halt"), {"reason": reason})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ("halt", "18 open orders will be suspended"),
        ("resume", "18 open orders will stand again"),
        ("auction", "18 open orders will stay"),
        ("uncross", "7 would trade at 10"),
        ("close", "14 open orders will expire"),
        ("close", "3 GTC orders will be done for the day"),
    ],
)
def test_the_question_says_what_will_happen_to_how_many_orders(action, says):
    market("auction", "opening")
    text = client("operations").get(address(action)).content.decode()
    assert says in text
    assert "auction (opening) since 2026-11-24 15:04:05 UTC" in text


def test_halted_twice_by_a_double_click_is_halted_once():
    browser = client("operations")
    for _ in range(2):
        browser.post(address("halt"), {"reason": "news"})
    assert words(controls()) == [words(controls())[0]]
    assert AuditEntry.objects.count() == 1


def test_a_closed_market_is_not_resumed_and_the_page_says_why():
    from datetime import time

    from marketdata.domain.calendar_parts import Line, Parts
    from marketdata.models import Instrument
    from tests.integration.marketdata.markets import calendar

    never = (Line(0, 0, time(0, 0, 0), "continuous"), Line(0, 0, time(0, 0, 1), "closed"))
    Instrument.objects.update(calendar=calendar(Parts("UTC", False, never), code="NEVER"))
    OutboxMessage.objects.all().delete()
    browser = client("operations")
    assert "it cannot be resumed" in browser.get(address("resume")).content.decode()
    answer = browser.post(address("resume"), {"reason": "please"}, follow=True)
    assert "has this market closed now" in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def buttons(browser, path="/admin/marketdata/instrument/"):
    return re.findall(r'href="/admin/marketdata/instrument/IBM/market/(\w+)/"', browser.get(path).content.decode())


def test_the_list_and_the_page_show_the_phase_and_the_buttons_one_may_press():
    market("halted")
    page = "/admin/marketdata/instrument/IBM/change/"
    assert buttons(client("operations", "view_instrument", "change_instrument")) == ["resume", "auction", "close", "suspend"]
    assert buttons(client("risk")) == []
    assert buttons(client("viewer"), page) == []
    browser = Client()
    browser.force_login(person("root", is_superuser=True, is_staff=True))
    assert buttons(browser, page) == ["resume", "auction", "close", "suspend"]
    for path in (page, "/admin/marketdata/instrument/"):
        assert "halted, " in browser.get(path).content.decode()


def test_an_open_market_is_offered_a_halt_to_risk_too():
    assert buttons(client("risk")) == ["halt"]
    assert buttons(client("operations")) == ["halt", "auction", "close", "suspend"]


def test_the_list_costs_the_same_however_many_instruments(django_assert_max_num_queries):
    for number in range(40):
        instrument(f"S{number}")
    browser = client("operations")
    with django_assert_max_num_queries(21):
        browser.get("/admin/marketdata/instrument/")


def test_the_schedule_tells_who_put_the_market_where():
    client("operations").post(address("halt"), {"reason": "news at nine"})
    browser = client("viewer", "view_instrumentschedule")
    text = browser.get("/admin/marketdata/instrumentschedule/").content.decode()
    assert "news at nine" in text
    assert "operations-person" in text
    pk = InstrumentSchedule.objects.get().pk
    assert browser.get(f"/admin/marketdata/instrumentschedule/{pk}/change/").status_code == 200
    assert browser.post(f"/admin/marketdata/instrumentschedule/{pk}/change/", {"phase": "closed"}).status_code == 403


def test_a_reason_is_shown_as_it_was_typed_and_never_run():
    browser = Client()
    browser.force_login(person("root", is_superuser=True, is_staff=True))
    browser.post(address("halt"), {"reason": "<script>alert(1)</script>"})
    DepthSnapshot.objects.update(phase_reason="<script>alert(1)</script>")
    for path in (address("close"), "/admin/marketdata/instrumentschedule/", "/admin/marketdata/instrument/"):
        text = browser.get(path).content.decode()
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in browser.get(address("close")).content.decode()
