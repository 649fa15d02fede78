"""The page of a calendar: saved as a whole through the service, faults in words beside what was typed, read-only for who only looks."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from marketdata.models import TradingCalendar
from marketdata.selectors import calendar_parts
from oms_site.infra.audit.models import AuditEntry
from tests.integration.marketdata.conftest import person
from tests.integration.marketdata.markets import STOCKS, calendar

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

CHANGE = "/admin/marketdata/tradingcalendar/STOCKS/change/"
ADD = "/admin/marketdata/tradingcalendar/add/"


@pytest.fixture
def desk(db):
    """A client of somebody of operations, with the permissions of the role."""
    user = person("ops", "operations", is_staff=True)
    codenames = ("view_tradingcalendar", "change_tradingcalendar", "add_tradingcalendar")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def form(parts=STOCKS, *, initial=0, version=1, **changes):
    """The fields as a browser sends them; `initial` rows are stored ones."""
    lines = [
        {"day": line.day, "offset": line.offset, "at": line.at.isoformat(), "phase": line.phase, "auction": line.auction}
        for line in parts.lines
    ]
    days = [{"date": day.date.isoformat(), "kind": day.kind, "name": day.name} for day in parts.days]
    values = {"code": "STOCKS", "name": "Stocks", "zone": parts.zone, "reason": "a test", "seen_version": version}
    for prefix, rows in (("lines", lines), ("days", days)):
        values |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
        values |= {f"{prefix}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return values | changes


def stored_form(client):
    """What the page would send back unchanged."""
    page = client.get(CHANGE)
    data = {}
    for part in (page.context["adminform"].form, *(inline.formset for inline in page.context["inline_admin_formsets"])):
        forms = part.forms if hasattr(part, "forms") else [part]
        if hasattr(part, "management_form"):
            data |= {f"{part.prefix}-{name}": value for name, value in part.management_form.initial.items()}
        for one in forms:
            for field in one:
                value = field.value()
                data[field.html_name] = "" if value is None or value is False else value
    return data | {"reason": "a test", "name": data["name"]}


def test_a_calendar_is_added_with_its_parts_in_one_version_and_one_audit_entry(desk):
    answer = desk.post(ADD, form(version=0))
    assert answer.status_code == 302, answer.context["errors"]
    row = TradingCalendar.objects.get()
    assert (row.code, row.version, calendar_parts(row)) == ("STOCKS", 1, STOCKS)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor.username, entry.detail["reason"]) == ("calendar_saved", "ops", "a test")


def test_the_page_sent_back_unchanged_leaves_no_trace(desk):
    calendar()
    assert desk.post(CHANGE, stored_form(desk)).status_code == 302
    assert TradingCalendar.objects.get().version == 1
    assert AuditEntry.objects.count() == 1


def test_a_line_is_changed_one_taken_out_and_one_put_in(desk):
    calendar()
    data = stored_form(desk)
    data |= {"lines-4-at": "17:00", "lines-1-DELETE": "on"}
    number = data["lines-TOTAL_FORMS"]
    data |= {"lines-TOTAL_FORMS": number + 1, f"lines-{number}-day": 0, f"lines-{number}-offset": 0, f"lines-{number}-at": "9:20"}
    data |= {f"lines-{number}-phase": "auction", f"lines-{number}-auction": "opening"}
    answer = desk.post(CHANGE, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert AuditEntry.objects.last().detail["changed"] == {
        "lines": {
            "out": ["0 +0 09:25:00 auction opening", "0 +0 16:00:00 closed"],
            "in": ["0 +0 09:20:00 auction opening", "0 +0 17:00:00 closed"],
        }
    }


def test_two_lines_may_change_places(desk):
    calendar()
    data = stored_form(desk)
    data["lines-0-at"], data["lines-0-phase"], data["lines-1-at"], data["lines-1-phase"] = "9:25", "auction", "9:00", "pre_open"
    data["lines-0-auction"], data["lines-1-auction"] = "opening", ""
    assert desk.post(CHANGE, data).status_code == 302
    assert TradingCalendar.objects.get().version == 1, "it says what it said"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"lines-4-phase": "continuous"}, "Monday: never closes"),
        ({"lines-1-at": "9:00"}, "Monday, 09:00: there are two lines for this time"),
        ({"lines-2-phase": "halted"}, "a halt is made by a person"),
        ({"days-0-kind": "half_day"}, "no line is for half days"),
        ({"reason": ""}, "This field is required"),
        ({"zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"always_open": "on"}, "it is always open"),
        ({"lines-0-at": "25:00"}, "Enter a valid time"),
        ({"days-0-date": "2026-02-30"}, "Enter a valid date"),
    ],
)
def test_a_fault_is_told_beside_what_was_typed_and_nothing_is_saved(desk, changes, says):
    answer = desk.post(ADD, form(version=0, **changes))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert says in text
    assert 'value="Stocks"' in text
    assert not TradingCalendar.objects.exists()


def test_a_day_listed_twice_is_told(desk):
    twice = STOCKS.days * 2
    answer = desk.post(ADD, form(type(STOCKS)(STOCKS.zone, False, STOCKS.lines, twice), version=0))
    assert "2026-11-26 is listed twice" in answer.content.decode()


def test_a_stale_page_is_a_conflict_that_is_shown(desk):
    calendar()
    data = stored_form(desk) | {"name": "Mine"}
    calendar(type(STOCKS)(STOCKS.zone, False, STOCKS.lines, ()))
    answer = desk.post(CHANGE, data, follow=True)
    assert "changed this calendar meanwhile" in answer.content.decode()
    assert TradingCalendar.objects.get().name == "STOCKS"


def test_who_only_looks_sees_lines_and_days_and_saves_nothing(db):
    calendar()
    user = person("looker", "viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_tradingcalendar"))
    client = Client()
    client.force_login(user)
    text = client.get(CHANGE).content.decode()
    assert "Thanksgiving" in text
    assert client.post(CHANGE, form()).status_code == 403
    assert client.post(ADD, form(version=0)).status_code == 403


def test_a_page_of_the_right_permission_and_the_wrong_role_is_refused_by_the_service(db):
    user = person("clerk", "sales", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="marketdata"))
    client = Client()
    client.force_login(user)
    assert "needs the role" in client.post(ADD, form(version=0), follow=True).content.decode()
    assert not TradingCalendar.objects.exists()


def test_a_calendar_is_never_deleted(desk):
    calendar()
    assert desk.post("/admin/marketdata/tradingcalendar/STOCKS/delete/", {"post": "yes"}).status_code == 403
