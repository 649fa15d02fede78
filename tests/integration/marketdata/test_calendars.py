"""Saving a calendar: one version and one audit entry a change, checked as a whole, or nothing."""

from dataclasses import replace
from datetime import date, time

import pytest

from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.models import CalendarDay, InstrumentSchedule, SessionLine, TradingCalendar
from marketdata.selectors import calendar_parts
from marketdata.services import CalendarChanged, CalendarInvalid, calendar_save, schedule_apply
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from tests.integration.marketdata.conftest import NOW, person
from tests.integration.marketdata.markets import STOCKS, THURSDAY, at, boss, calendar, instrument

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def test_what_is_saved_is_read_again_and_told_in_the_audit_trail():
    row = calendar()
    assert (row.version, calendar_parts(row)) == (1, STOCKS)
    entry = AuditEntry.objects.get()
    assert (entry.chain, entry.action, entry.object_id, entry.actor_id) == ("calendars", "calendar_saved", "STOCKS", boss().pk)
    assert entry.detail["reason"] == "a test"
    assert entry.detail["changed"]["zone"] == [None, "America/New_York"]
    assert "0 +0 09:25:00 auction opening" in entry.detail["changed"]["lines"]["in"]


def test_a_change_raises_the_version_and_tells_only_what_changed():
    calendar()
    row = calendar(replace(STOCKS, days=(Day(date(2026, 12, 25), "holiday", "Christmas"),)))
    assert row.version == 2
    assert AuditEntry.objects.last().detail["changed"] == {
        "days": {"out": ["2026-11-26 holiday Thanksgiving"], "in": ["2026-12-25 holiday Christmas"]}
    }


def test_an_unchanged_calendar_leaves_no_trace():
    calendar()
    assert calendar(replace(STOCKS, lines=tuple(reversed(STOCKS.lines)))).version == 1
    assert AuditEntry.objects.count() == 1


def test_a_change_on_an_old_version_is_a_conflict():
    calendar(expected_version=0)
    calendar(replace(STOCKS, days=()), expected_version=1)
    with pytest.raises(CalendarChanged):
        calendar(expected_version=1)
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("role", ["trader", "sales", "risk", "compliance", "viewer", None])
def test_other_roles_may_not(role):
    with pytest.raises(Forbidden):
        calendar_save(actor=person("someone", *([role] if role else [])), code="X", name="X", parts=STOCKS, reason="why", now=NOW)
    assert not TradingCalendar.objects.exists()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (replace(STOCKS, zone="Mars/Olympus"), "no time zone"),
        (replace(STOCKS, zone="../../etc/passwd"), "no time zone"),
        (replace(STOCKS, zone="America"), "no time zone"),
        (replace(STOCKS, zone=""), "no time zone"),
        (replace(STOCKS, lines=()), "never open"),
        (replace(STOCKS, lines=STOCKS.lines[:-1]), "Friday: never closes"),
        (replace(STOCKS, days=(Day(THURSDAY, "half_day"),)), "no line is for half days"),
        (replace(STOCKS, always_open=True), "always open"),
        (Parts("UTC", False, (Line(0, 0, time(9), "continuous"), Line(0, 0, time(9), "closed"))), "two lines"),
    ],
)
def test_a_calendar_that_cannot_be_followed_is_refused_in_words(parts, says):
    with pytest.raises(CalendarInvalid, match=says):
        calendar(parts)
    assert not TradingCalendar.objects.exists()
    assert not SessionLine.objects.exists()


@pytest.mark.parametrize("code", ["", "xnys", "A B", "X" * 33])
def test_codes_are_short_and_plain(code):
    with pytest.raises(CalendarInvalid):
        calendar(code=code)


def test_without_a_reason_nothing_is_saved():
    with pytest.raises(InvalidInput, match="say why"):
        calendar(reason=" ")


def test_the_markets_that_follow_it_are_looked_at_again():
    instrument("IBM", calendar())
    instrument("BAC")
    schedule_apply(now=at("3:00"))
    calendar(replace(STOCKS, days=()))
    due = dict(InstrumentSchedule.objects.values_list("pk", "due_at"))
    assert due["IBM"] is None
    assert due["BAC"] is not None


def test_an_always_open_calendar_has_a_zone_and_nothing_else():
    row = calendar(Parts("Asia/Tokyo", True), code="TOKYO")
    assert calendar_parts(row).calendar().zone.key == "Asia/Tokyo"
