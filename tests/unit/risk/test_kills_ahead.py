"""A kill told ahead refuses what waits in front of it in the log; what is open is canceled when it is its turn, and a release releases."""

import json

import pytest

from risk.replay import decisions_repeat
from schemas.enums import CommandType, ExecType, Reason
from schemas.messages import OrderCommand
from schemas.units import ONE
from tests.unit.risk.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def kill_of(desk: Desk, scope: str = "firm", key: str | None = None) -> OrderCommand:
    return desk.command(CommandType.KILL, account="*", scope=scope, key=key, value=1, reason="drill")


def repeats(desk: Desk) -> list[str]:
    return [one.words for one in decisions_repeat(0, desk.orders, desk.log) if one.differs]


def test_what_waits_in_front_of_a_kill_is_refused_and_the_record_says_why(desk: Desk) -> None:
    kill = kill_of(desk)
    desk.tell_ahead(kill)
    (refused,) = desk.new("O1")
    assert (refused.type, refused.reason, refused.rule) == (ExecType.REJECTED, Reason.RISK_KILLED, "kill")
    assert refused.message == "trading is stopped: the whole firm (drill); risk must release the kill first"
    assert json.loads(refused.decision)["ahead"] == [["firm", "", "drill"]]


def test_what_can_add_no_risk_passes(desk: Desk) -> None:
    desk.new("O1")
    desk.tell_ahead(kill_of(desk))
    assert desk.replace("O1", quantity=11 * ONE)[0].reason == Reason.RISK_KILLED
    assert desk.replace("O1", quantity=9 * ONE)[0].type == ExecType.PENDING_REPLACE
    assert desk.cancel("O1")[0].type == ExecType.PENDING_CANCEL


def test_what_is_open_is_canceled_when_it_is_the_kill_s_turn(desk: Desk) -> None:
    desk.new("O1")
    kill = kill_of(desk)
    desk.tell_ahead(kill)
    desk.new("O2")
    assert [output.message.id for output in desk.say(kill)] == ["O1"]


@pytest.mark.parametrize(("scope", "key"), [("desk", "equities"), ("account", "ZEN-1"), ("trader", "bob"), ("instrument", "BAC")], ids=str)
def test_another_scope_is_not_concerned(desk: Desk, scope: str, key: str) -> None:
    desk.tell_ahead(kill_of(desk, scope, key))
    assert desk.new("O1", user="ann")[0].type == ExecType.PENDING_NEW


def test_once_its_turn_has_come_the_log_alone_counts(desk: Desk) -> None:
    kill = kill_of(desk)
    desk.tell_ahead(kill)
    desk.say(kill)
    assert desk.new("O1")[0].reason == Reason.RISK_KILLED
    desk.kill(on=False)
    (accepted,) = desk.new("O2")
    assert accepted.type == ExecType.PENDING_NEW
    assert "ahead" not in json.loads(accepted.decision)
    desk.tell_ahead(kill)  # a worker that starts again hears of it once more
    assert desk.new("O3")[0].type == ExecType.PENDING_NEW


def test_a_newer_kill_of_the_same_scope_counts_again(desk: Desk) -> None:
    desk.say(kill_of(desk))
    desk.kill(on=False)
    desk.tell_ahead(kill_of(desk))
    assert desk.new("O1")[0].reason == Reason.RISK_KILLED


def test_decisions_made_ahead_come_out_the_same_when_they_are_repeated(desk: Desk) -> None:
    desk.new("O1")
    kill = kill_of(desk)
    desk.tell_ahead(kill_of(desk, "account", "ZEN-1"))
    desk.tell_ahead(kill)
    desk.new("O2")
    desk.replace("O1", quantity=11 * ONE)
    desk.say(kill)
    desk.new("O3")
    desk.kill(on=False)
    desk.new("O4")
    assert [record.type for record in desk.log].count(ExecType.REJECTED) == 2
    assert repeats(desk) == []


def test_it_is_no_part_of_the_state(desk: Desk) -> None:
    before = desk.fold.dump()
    desk.tell_ahead(kill_of(desk))
    assert desk.fold.dump() == before
