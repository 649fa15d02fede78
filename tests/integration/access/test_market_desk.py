"""The market desk by role, with the permissions each role has in the product: calendars' pages, and every button of a market."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client

from marketdata.admin.actions import ACTIONS
from marketdata.domain.calendar_parts import Parts
from marketdata.domain.steering import Control
from marketdata.models import HouseQuoting, Instrument, QuoteReplay
from marketdata.services import calendar_save
from oms_site.people import roles_sync
from risk.domain.roles import Role
from tests.integration.marketdata.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

DESK = {Role.OPERATIONS, Role.ADMIN}
LOOKS = set(Role)
"""Everybody sees the calendars."""
SEES_SCHEDULES = set(Role) - {Role.TRADER, Role.SALES}
BUTTONS = {name: DESK | ({Role.RISK} if name == "halt" else set()) for name in ACTIONS}

PAGES = {
    "/admin/marketdata/tradingcalendar/": LOOKS,
    "/admin/marketdata/tradingcalendar/TOKYO/change/": LOOKS,
    "/admin/marketdata/tradingcalendar/TOKYO/history/": LOOKS,
    "/admin/marketdata/tradingcalendar/add/": DESK,
    "/admin/marketdata/tradingcalendar/TOKYO/delete/": set(),
    "/admin/marketdata/instrument/": LOOKS,
    "/admin/marketdata/instrument/add/": DESK,
    "/admin/marketdata/candlerow/": LOOKS,
    "/admin/marketdata/candlerow/?symbol=IBM&interval=1h&start__year=2026": LOOKS,
    "/admin/marketdata/candlerow/add/": set(),
    "/admin/marketdata/instrumentschedule/": SEES_SCHEDULES,
    "/admin/marketdata/quotereplay/": SEES_SCHEDULES,
    "/admin/marketdata/quotereplay/add/": DESK,
    "/admin/marketdata/quotereplay/7/change/": SEES_SCHEDULES,
    "/admin/marketdata/syntheticregime/": SEES_SCHEDULES,
    "/admin/marketdata/syntheticregime/turn/": DESK,
    "/admin/marketdata/syntheticregime/add/": set(),
    "/admin/marketdata/housequoting/": SEES_SCHEDULES,
    "/admin/marketdata/housequoting/IBM/change/": SEES_SCHEDULES,
    "/admin/marketdata/housequoting/IBM/history/": SEES_SCHEDULES,
    "/admin/marketdata/housequoting/add/": set(),
    "/admin/marketdata/housequoting/IBM/delete/": set(),
    "/admin/marketdata/housequoting/switch/on/?symbols=IBM": DESK,
    "/admin/marketdata/housequoting/switch/off/?symbols=IBM": DESK,
} | {f"/admin/marketdata/instrument/IBM/market/{name}/": roles for name, roles in BUTTONS.items()}
PAGES |= {f"/admin/marketdata/quotereplay/7/control/{control}/": DESK for control in Control}


@pytest.fixture
def client_of(db):
    roles_sync()
    root = User.objects.create_superuser("root", password="not used")
    calendar = calendar_save(actor=root, code="TOKYO", name="Tokyo", parts=Parts("Asia/Tokyo", True), reason="a test", now=NOW)
    QuoteReplay.objects.create(id=7, path="/data/a.csv", state="stopped", created_at=NOW, safe_at=NOW, beat_at=NOW)
    row = Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal(1), calendar=calendar)
    HouseQuoting.objects.create(instrument=row)

    def make(role: Role) -> Client:
        user = User.objects.create_user(f"{role}-person", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_opens_exactly_the_pages_the_table_says(client_of, role: Role) -> None:
    client = client_of(role)
    opened = {page: client.get(page).status_code for page in PAGES}
    assert opened == {page: 200 if role in roles else 403 for page, roles in PAGES.items()}


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_changes_a_calendar_only_from_the_desk(client_of, role: Role) -> None:
    client = client_of(role)
    page = "/admin/marketdata/tradingcalendar/TOKYO/change/"
    assert ('name="_save"' in client.get(page).content.decode()) == (role in DESK)
    assert client.post(page, {}).status_code == (302 if role in DESK else 403), "without the version seen it is a conflict"


def test_every_button_of_this_room_is_in_the_table() -> None:
    stock = ("changelist", "add", "history", "delete", "change")
    urls = [url for model, page in admin.site._registry.items() if model._meta.app_label == "marketdata" for url in page.get_urls()]
    names = {url.name for url in urls if url.name and not url.name.endswith(stock)}
    assert names == {
        *("marketdata_instrument_market", "marketdata_quotereplay_control", "marketdata_housequoting_switch"),
        "marketdata_syntheticregime_turn",
    }


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_switches_the_houses_quoting_only_from_the_desk(client_of, role: Role) -> None:
    client = client_of(role)
    answer = client.post("/admin/marketdata/housequoting/switch/off/?symbols=IBM", {"reason": "tried"})
    assert answer.status_code == (302 if role in DESK else 403)
    assert HouseQuoting.objects.get().on == (role not in DESK)
