"""The scheduler: each step once, in order, late ones with their own date, never over a person's halt before its time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from marketdata.domain.calendar_parts import Parts
from marketdata.models import DepthSnapshot
from marketdata.projection.depth import DepthProjection
from marketdata.selectors.markets import overdue
from marketdata.services import Applied, instrument_save, phase_change, schedule_apply
from oms_site.infra.audit.models import AuditEntry
from tests.integration.marketdata.conftest import book, controls, delivered
from tests.integration.marketdata.markets import (
    STOCKS,
    TUESDAY,
    WEDNESDAY,
    at,
    boss,
    calendar,
    instrument,
    lines,
    look,
    row,
    words,
)

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def stocks(db):
    """IBM follows New York's weekdays and was looked at in the night before Tuesday."""
    instrument(follows=calendar())
    schedule_apply(now=at("3:00"))


def test_around_the_clock_the_first_look_changes_nothing(db):
    instrument()
    assert look(at("15:00")) == []
    assert (row().phase, row().trade_date, row().due_at) == ("continuous", TUESDAY, at("0:00", 25))


def test_around_the_clock_a_date_ends_and_the_next_begins_at_midnight(db):
    instrument()
    look(at("15:00"))
    assert look(at("23:59:59")) == []
    assert look(at("0:00:01", 25)) == ["24 closed", "25 continuous"]
    assert look(at("0:00:02", 25)) == []
    assert (row().phase, row().trade_date, row().due_at) == ("continuous", WEDNESDAY, at("0:00", 26))


def test_an_instrument_that_gets_its_calendar_at_night_is_closed_for_the_dates_before(db):
    instrument(follows=calendar())
    assert look(at("3:00")) == ["23 closed"]
    assert row().reason == "calendar set: STOCKS"


@pytest.mark.usefixtures("stocks")
def test_a_day_goes_through_its_phases_each_sent_once_to_every_partition():
    sent = [word for minutes in range(14 * 60, 22 * 60, 5) for word in look(at("0:00") + timedelta(minutes=minutes))]
    assert sent == ["24 pre_open", "24 auction opening", "24 continuous", "24 auction closing", "uncross", "24 closed"]
    command = controls("phase")[-1]
    assert (command.account, command.symbol, command.user, command.reason) == ("*", "IBM", "calendar", "calendar: STOCKS")
    entry = AuditEntry.objects.filter(action="phase_scheduled").last()
    assert (entry.actor_id, entry.object_id, entry.detail["command"]) == (None, "IBM", command.command_id)
    assert (entry.detail["due"], entry.detail["to"]["phase"]) == ("2026-11-24T21:00:00+00:00", "closed")


@pytest.mark.usefixtures("stocks")
def test_a_day_end_missed_overnight_comes_before_the_opening_with_its_own_date():
    look(at("16:00"))
    assert look(at("14:40", 25)) == [
        "24 auction closing", "uncross", "24 closed", "25 pre_open", "25 auction opening", "25 continuous",
    ]  # fmt: skip


@pytest.mark.usefixtures("stocks")
def test_days_missed_as_a_whole_are_not_opened_again():
    look(at("16:00"))
    assert look(at("14:10", 30)) == ["24 auction closing", "uncross", "24 closed", "27 closed", "30 pre_open"]


@pytest.mark.usefixtures("stocks")
def test_a_holiday_is_passed_over():
    look(at("22:00", 25))
    assert row().due_at == at("14:00", 27)
    assert look(at("20:00", 26)) == []


@pytest.mark.usefixtures("stocks")
def test_a_halt_by_a_person_stands_until_the_next_step_of_the_calendar():
    look(at("16:00"))
    phase_change(actor=boss(), symbol="IBM", phase="halted", reason="news", now=at("17:00"))
    assert look(at("20:49")) == []
    assert (row().phase, row().by_hand) == ("halted", True)
    assert look(at("20:50")) == ["24 auction closing"]
    assert not row().by_hand


def test_around_the_clock_a_halt_outlives_midnight(db):
    instrument()
    look(at("15:00"))
    phase_change(actor=boss(), symbol="IBM", phase="halted", reason="news", now=at("17:00"))
    assert look(at("0:00:01", 25)) == ["24 closed", "25 halted"]
    assert row().by_hand
    assert look(at("0:00:01", 26)) == ["25 closed", "26 halted"]


@pytest.mark.usefixtures("stocks")
def test_a_date_closed_by_a_person_is_not_opened_again():
    look(at("16:00"))
    phase_change(actor=boss(), symbol="IBM", phase="closed", reason="power cut", now=at("17:00"))
    assert look(at("21:00")) == []
    assert look(at("14:00", 25)) == ["25 pre_open"]


@pytest.mark.usefixtures("stocks")
def test_a_changed_calendar_is_followed_from_the_next_look_on():
    look(at("16:00"))
    early = Parts(STOCKS.zone, False, lines(0, 1, 2, 3, 4, steps=((9, 30, "continuous", ""), (12, 0, "closed", ""))), STOCKS.days)
    calendar(early, now=at("16:30"))
    assert look(at("16:30:01")) == []
    assert row().due_at == at("17:00")
    assert look(at("17:00:01")) == ["24 closed"]
    calendar(now=at("17:10"))
    assert look(at("17:10:01")) == [], "a date that was closed stays closed"
    assert row().due_at == at("20:50")


@pytest.mark.usefixtures("stocks")
def test_a_day_made_a_holiday_while_the_market_is_open_is_closed_at_once():
    look(at("16:00"))
    parts = Parts(STOCKS.zone, False, STOCKS.lines, (*STOCKS.days, STOCKS.days[0]._replace(date=TUESDAY)))
    calendar(parts, now=at("16:30"))
    assert look(at("16:30:01")) == ["24 closed"]


@pytest.mark.usefixtures("stocks")
def test_an_instrument_taken_off_its_calendar_is_open_around_the_clock():
    look(at("22:00"))
    instrument_save(actor=boss(), symbol="IBM", values={"calendar": None}, reason="a currency", now=at("22:01"))
    assert look(at("22:02")) == []
    assert (row().phase, row().due_at) == ("closed", at("0:00", 25)), "the date it was closed for stays closed"
    assert look(at("0:00", 25)) == ["25 continuous"]


def test_a_look_where_nothing_is_due_is_two_queries(db, django_assert_num_queries):
    for number in range(50):
        instrument(f"S{number}")
    schedule_apply(now=at("15:00"))
    with django_assert_num_queries(2):
        schedule_apply(now=at("15:00:02"))


@pytest.mark.django_db(transaction=True)
def test_beat_that_sends_twice_at_once_has_one_effect():
    instrument()
    schedule_apply(now=at("15:00"))
    other: list[Applied] = []

    def second():
        other.append(schedule_apply(now=at("0:00:01", 25)))
        connection.close()

    with transaction.atomic():
        assert schedule_apply(now=at("0:00:01", 25)).changes == 2
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=20)
    assert other == [Applied(0, 0)], "it leaves the locked market to the first, and does not wait"
    assert words(controls()) == ["24 closed", "25 continuous"]
    assert schedule_apply(now=at("0:00:02", 25)) == Applied(0, 0)


def paused_since(moment, **market):
    told = {"phase": "auction", "auction": "volatility", "phase_reason": "volatility_pause", "trade_date": "2026-11-24"} | market
    seq = (DepthSnapshot.objects.values_list("book_seq", flat=True).first() or 0) + 1
    record = book("IBM", seq, kind="snapshot" if seq > 1 else "update", time=int(moment.timestamp()) * 1_000_000, **told)
    list(DepthProjection(lambda: {0: 0}).project(delivered("book", record, start=seq), 0))


def test_a_volatility_pause_ends_after_its_time_once(db):
    instrument(pause_seconds=60)
    look(at("15:00"))
    paused_since(at("15:10"))
    assert look(at("15:10:59")) == []
    assert look(at("15:11:00")) == ["24 continuous"]
    assert look(at("15:11:02")) == [], "the projection has not seen it end yet"
    assert controls("phase")[-1].reason == "volatility pause of 60 s is over"
    assert AuditEntry.objects.get(action="pause_ended").actor_id is None


def test_a_second_pause_ends_too(db):
    instrument(pause_seconds=60)
    look(at("15:00"))
    paused_since(at("15:10"))
    look(at("15:11"))
    paused_since(at("15:12"))
    assert look(at("15:12:30")) == []
    assert look(at("15:13")) == ["24 continuous"]


def test_a_pause_that_a_person_turned_into_a_halt_is_not_ended_by_the_clock(db):
    instrument(pause_seconds=60)
    look(at("15:00"))
    paused_since(at("15:10"))
    phase_change(actor=boss(), symbol="IBM", phase="halted", reason="ask the issuer", now=at("15:10:30"))
    assert look(at("15:12")) == []


def test_a_volatility_auction_called_by_a_person_ends_as_any_other_pause(db):
    instrument(pause_seconds=60)
    look(at("15:00"))
    phase_change(actor=boss(), symbol="IBM", phase="auction", auction="volatility", reason="cool down", now=at("15:10"))
    paused_since(at("15:10"), phase_reason="cool down")
    assert look(at("15:11")) == ["24 continuous"]


@pytest.mark.usefixtures("stocks")
def test_the_calendars_closing_auction_ends_a_pause_in_its_own_way():
    look(at("16:00"))
    paused_since(at("20:49:30"))
    assert look(at("20:50")) == ["24 auction closing"]
    assert look(at("20:52")) == [], "the pause is over: the market is in the closing auction"


def test_the_next_business_day_of_a_long_weekend_is_found(db):
    instrument(follows=calendar())
    look(at("21:30", 25))
    assert row().due_at == datetime(2026, 11, 27, 14, 0, tzinfo=UTC)


@pytest.mark.usefixtures("stocks")
def test_how_long_a_step_has_been_due_is_told():
    assert overdue(at("13:59")) == timedelta()
    assert overdue(at("14:10")) == timedelta(minutes=10)
    look(at("14:10"))
    assert overdue(at("14:10")) == timedelta()
