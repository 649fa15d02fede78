"""A market put into a phase by a person: who may, what travels, what is written down, and what is refused."""

from datetime import date

import pytest

from marketdata.models import DepthSnapshot
from marketdata.services import MarketClosed, MarketNotCalled, phase_change, phase_resume, schedule_apply, uncross
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from schemas.topics import ORDERS
from tests.integration.marketdata.conftest import NOW, controls, person
from tests.integration.marketdata.markets import WEDNESDAY, at, boss, calendar, instrument, row, words

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def stocks(db):
    """IBM follows New York's weekdays."""
    instrument(follows=calendar())
    schedule_apply(now=at("3:00"))
    OutboxMessage.objects.all().delete()


def change(phase="halted", actor=None, now=None, **more):
    return phase_change(actor=actor or boss(), symbol="IBM", phase=phase, reason="a test", now=now or at("16:00"), **more)


@pytest.mark.usefixtures("stocks")
def test_a_change_is_a_command_to_every_partition_a_row_and_an_audit_entry():
    put = change(request_id="r-1")
    assert (put.changed, put.row.phase, put.row.trade_date, put.row.by_hand) == (True, "halted", date(2026, 11, 24), True)
    assert OutboxMessage.objects.count() == ORDERS.partitions
    [command] = controls()
    assert (command.command, command.phase, command.auction, command.trade_date) == ("phase", "halted", None, "2026-11-24")
    assert (command.user, command.reason, command.symbol, command.account) == ("boss", "a test", "IBM", "*")
    entry = AuditEntry.objects.get(action="phase_changed")
    assert (entry.chain, entry.actor_id, entry.object_id, entry.request_id) == ("markets", boss().pk, "IBM", "r-1")
    assert (entry.detail["from"]["phase"], entry.detail["to"]["phase"], entry.detail["reason"]) == ("closed", "halted", "a test")
    assert (row().reason, row().changed_by) == ("a test", boss())


@pytest.mark.usefixtures("stocks")
def test_halted_twice_is_halted_once():
    change()
    assert not change().changed
    assert len(controls()) == 1
    assert AuditEntry.objects.filter(action="phase_changed").count() == 1


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize("role", ["trader", "sales", "risk", "compliance", "viewer", "operations", "admin", None])
@pytest.mark.parametrize("phase", ["halted", "auction", "continuous", "pre_open", "closed"])
def test_risk_may_halt_and_only_the_desk_may_do_the_rest(role, phase):
    actor = person("somebody", *([role] if role else []))
    may = role in {"operations", "admin"} or (role == "risk" and phase == "halted")
    if may:
        assert change(phase, actor).changed
        return
    with pytest.raises(Forbidden):
        change(phase, actor)
    assert not OutboxMessage.objects.exists()


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize("role", ["trader", "risk", "viewer", None])
def test_only_the_desk_resumes_and_uncrosses(role):
    actor = person("somebody", *([role] if role else []))
    for act in (phase_resume, uncross):
        with pytest.raises(Forbidden):
            act(actor=actor, symbol="IBM", reason="a test", now=at("16:00"))


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"phase": "open"}, "phase"),
        ({"phase": "halted", "auction": "opening"}, "auction"),
        ({"phase": "auction", "auction": "dutch"}, "auction"),
        ({"phase": "closed", "trade_date": WEDNESDAY}, "trade_date"),
    ],
)
def test_words_that_make_no_sense_are_refused_by_field(asked, field):
    with pytest.raises(InvalidInput) as refused:
        change(**asked)
    assert refused.value.field == field
    assert not OutboxMessage.objects.exists()


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_without_a_reason_nothing_is_done(reason):
    with pytest.raises(InvalidInput, match="say why"):
        phase_change(actor=boss(), symbol="IBM", phase="halted", reason=reason, now=NOW)


def test_an_unknown_symbol_is_not_found(db):
    with pytest.raises(NotFound):
        change()


@pytest.mark.usefixtures("stocks")
def test_an_auction_is_an_opening_one_unless_told():
    change("auction")
    change("auction", auction="closing")
    assert words(controls()) == ["24 auction opening", "24 auction closing"]


@pytest.mark.usefixtures("stocks")
@pytest.mark.parametrize(
    ("moment", "day"), [("16:00", 24), ("13:00", 23), ("21:30", 24)], ids=["in the session", "before the opening", "after the close"]
)
def test_a_close_ends_the_date_whose_session_began_last(moment, day):
    put = phase_change(actor=boss(), symbol="IBM", phase="closed", reason="a test", now=at(moment))
    assert put.row.trade_date.day == day


@pytest.mark.usefixtures("stocks")
def test_a_resumed_market_is_where_its_calendar_has_it():
    change()
    put = phase_resume(actor=boss(), symbol="IBM", reason="all told", now=at("20:55"))
    assert (put.row.phase, put.row.auction, put.row.by_hand) == ("auction", "closing", False)
    assert words(controls()) == ["24 halted", "24 auction closing"]
    assert AuditEntry.objects.get(action="market_resumed").detail["reason"] == "all told"


@pytest.mark.usefixtures("stocks")
def test_a_market_its_calendar_has_closed_is_not_resumed():
    change(now=at("22:00"))
    with pytest.raises(MarketClosed):
        phase_resume(actor=boss(), symbol="IBM", reason="all told", now=at("22:10"))


@pytest.mark.usefixtures("stocks")
def test_an_uncross_leaves_the_phase_and_needs_an_auction():
    schedule_apply(now=at("14:26"))
    command_id = uncross(actor=boss(), symbol="IBM", reason="early", now=at("14:27"))
    command = controls()[-1]
    assert (command.command, command.command_id, command.phase) == ("uncross", command_id, None)
    assert row().phase == "auction"
    assert AuditEntry.objects.get(action="market_uncrossed").detail["phase"] == "auction"
    schedule_apply(now=at("14:31"))
    with pytest.raises(MarketNotCalled):
        uncross(actor=boss(), symbol="IBM", reason="again", now=at("14:32"))


@pytest.mark.usefixtures("stocks")
def test_a_market_that_paused_by_itself_can_be_uncrossed():
    schedule_apply(now=at("14:31"))
    places = {"partition": 0, "replay_from": 0, "book_seq": 1, "updated_at": NOW}
    DepthSnapshot.objects.create(symbol="IBM", seq=1, bids=[], asks=[], phase="auction", auction="volatility", phase_since=NOW, **places)
    assert uncross(actor=boss(), symbol="IBM", reason="enough", now=at("14:32"))
