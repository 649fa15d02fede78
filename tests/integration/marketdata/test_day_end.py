"""`end_of_day`: refused before the close, on a holiday and for the future; twice it is once; what it ends it ends with its date."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from marketdata.services import DayEnd, DayEndBusy, DayNotOver, NoBusinessDay, day_end, phase_change, schedule_apply
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import NotFound
from tests.integration.marketdata.conftest import controls
from tests.integration.marketdata.markets import THURSDAY, TUESDAY, WEDNESDAY, at, boss, calendar, instrument, look, row, words

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def stocks(db):
    """IBM follows New York's weekdays and is open on Tuesday; then nobody looks any more."""
    instrument(follows=calendar())
    schedule_apply(now=at("3:00"))
    schedule_apply(now=at("16:00"))
    OutboxMessage.objects.all().delete()


@pytest.mark.usefixtures("stocks")
def test_a_date_that_has_closed_is_ended_and_the_market_is_where_it_should_be():
    assert day_end(day=TUESDAY, symbols=None, now=at("21:30")) == DayEnd(["IBM"], 0)
    assert words(controls()) == ["24 auction closing", "uncross", "24 closed"]
    assert look(at("21:31")) == []


@pytest.mark.usefixtures("stocks")
def test_ended_the_next_morning_it_keeps_its_date_and_todays_opening_follows():
    day_end(day=TUESDAY, symbols=None, now=at("14:40", 25))
    assert words(controls())[2:] == ["24 closed", "25 pre_open", "25 auction opening", "25 continuous"]


@pytest.mark.usefixtures("stocks")
def test_twice_it_is_once():
    day_end(day=TUESDAY, symbols=None, now=at("21:30"))
    sent = len(controls())
    assert day_end(day=TUESDAY, symbols=None, now=at("21:31")) == DayEnd([], 1)
    assert len(controls()) == sent


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize(
    ("day", "moment", "refused"),
    [
        (TUESDAY, at("20:59:59"), DayNotOver),
        (WEDNESDAY, at("21:30"), DayNotOver),
        (date(2026, 12, 31), at("21:30"), DayNotOver),
        (date(2999, 12, 31), at("21:30"), DayNotOver),
        (THURSDAY, at("22:00", 26), NoBusinessDay),
        (date(2026, 11, 22), at("21:30"), NoBusinessDay),
        (None, at("20:00"), DayNotOver),
    ],
    ids=["before the close", "tomorrow", "next month", "far ahead", "a holiday", "a Sunday", "today, before the close"],
)
def test_what_is_not_over_is_refused_without_effect(day, moment, refused):
    with pytest.raises(refused):
        day_end(day=day, symbols=None, now=moment)
    assert controls() == []
    assert row().phase == "continuous"


@pytest.mark.usefixtures("stocks")
def test_without_a_date_it_is_today_where_the_market_is():
    assert day_end(day=None, symbols=None, now=at("1:30", 25)).closed == ["IBM"], "in New York it is still Tuesday"


@pytest.mark.usefixtures("stocks")
def test_markets_that_close_later_hold_it_unless_others_are_chosen():
    instrument("EURUSD")
    with pytest.raises(DayNotOver, match="1 of 2 instruments: EURUSD closes at 2026-11-25 00:00 UTC"):
        day_end(day=TUESDAY, symbols=None, now=at("21:30"))
    assert day_end(day=TUESDAY, symbols=["IBM"], now=at("21:30")).closed == ["IBM"]
    with pytest.raises(NotFound, match="NOPE"):
        day_end(day=TUESDAY, symbols=["IBM", "NOPE"], now=at("21:30"))


@pytest.mark.usefixtures("stocks")
def test_a_date_somebody_opened_again_after_its_end_is_ended():
    look(at("21:00"))
    phase_change(actor=boss(), symbol="IBM", phase="continuous", reason="late trading", trade_date=TUESDAY, now=at("21:10"))
    assert day_end(day=TUESDAY, symbols=None, now=at("21:30")).closed == ["IBM"]
    assert (row().phase, row().trade_date) == ("closed", TUESDAY)


@pytest.mark.django_db(transaction=True)
def test_while_somebody_else_does_it_it_is_busy(servers):
    import threading

    instrument(follows=calendar())
    schedule_apply(now=at("16:00"))
    told = []

    def second():
        try:
            day_end(day=TUESDAY, symbols=None, now=at("21:30"))
        except DayEndBusy as busy:
            told.append(busy.code)
        finally:
            connection.close()

    with transaction.atomic():
        day_end(day=TUESDAY, symbols=None, now=at("21:30"))
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(timeout=20)
    assert told == ["busy"]


def run(*arguments):
    out = StringIO()
    call_command("end_of_day", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments):
    with pytest.raises(CommandError) as failure:
        run(*arguments)
    return failure.value.returncode


@pytest.mark.usefixtures("stocks")
def test_the_command_ends_a_date_of_the_past_and_says_so():
    from marketdata.models import InstrumentSchedule

    InstrumentSchedule.objects.update(trade_date=date(2020, 1, 6), transition_at=at("16:00").replace(year=2020, month=1, day=6))
    InstrumentSchedule.objects.update(due_at=at("16:00").replace(year=2020, month=1, day=6))
    assert "2020-01-06: ended for 1 instruments (IBM)" in run("2020-01-06")
    assert "had been ended before for 1" in run("2020-01-06", "--symbols=IBM")


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["2026-02-30"], 2),
        (["20260224"], 2),
        (["yesterday"], 2),
        (["2026-11-24; rm -rf /"], 2),
        (["1999-12-31"], 2),
        (["2020-01-06", "--symbols=NOPE"], 2),
        (["2020-01-06", "--symbols="], 2),
        (["2999-01-01"], 1),
        (["2020-01-05"], 1),
    ],
)
def test_the_command_refuses_with_the_code_of_the_fault(arguments, code):
    if code == 2 and not any(argument.startswith("--symbols") for argument in arguments):
        with pytest.raises(CommandError, match="no date"):
            run(*arguments)
    else:
        assert refused(*arguments) == code
    assert controls() == []
