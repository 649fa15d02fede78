"""Phases and uncrosses: controls of a symbol's market, each taken once and passed on by the partition that owns the symbol."""

import pytest

from risk.domain.controls import ControlInvalid
from schemas.enums import AuctionKind, CommandType, Phase
from tests.unit.risk.desk import Desk

TERMS = {"tick": 1, "lot": 1, "max_quantity": 1, "tradable": 1}
PHASES = [(phase.value, None) for phase in Phase] + [(Phase.AUCTION.value, kind.value) for kind in AuctionKind]


@pytest.mark.parametrize("owns", [True, False])
@pytest.mark.parametrize(("phase", "auction"), PHASES)
def test_a_phase_is_passed_on_as_it_came_by_the_partition_its_symbol_falls_on(owns: bool, phase: str, auction: str | None) -> None:
    desk = Desk(ready=False, owns=owns)
    desk.control(CommandType.PHASE, symbol="IBM", phase=phase, auction=auction, trade_date="2026-11-24", reason="calendar")
    assert desk.validated == ([desk.orders[-1].message] if owns else [])
    assert desk.say(desk.orders[-1].message) == []


@pytest.mark.parametrize("owns", [True, False])
def test_an_uncross_is_passed_on_each_time(owns: bool) -> None:
    desk = Desk(ready=False, owns=owns)
    for _ in range(2):
        desk.control(CommandType.UNCROSS, symbol="IBM")
    assert [command.command for command in desk.validated] == [CommandType.UNCROSS] * (2 * owns)


def test_an_older_phase_does_not_undo_a_newer_one_of_its_symbol() -> None:
    desk = Desk(ready=False)
    older = [desk.command(CommandType.PHASE, account="*", symbol=symbol, phase="halted") for symbol in ("IBM", "BAC")]
    desk.control(CommandType.PHASE, symbol="IBM", phase="continuous")
    desk.control(CommandType.UNCROSS, symbol="BAC")
    for command in older:
        desk.say(command)
    passed = [(command.symbol, command.command) for command in desk.validated]
    assert passed == [("IBM", CommandType.PHASE), ("BAC", CommandType.UNCROSS), ("BAC", CommandType.PHASE)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": CommandType.PHASE, "symbol": "IBM"},
        {"kind": CommandType.PHASE, "symbol": "IBM", "phase": "lunch"},
        {"kind": CommandType.PHASE, "symbol": "", "phase": "halted"},
        {"kind": CommandType.PHASE, "symbol": "IBM", "phase": "auction", "auction": "silent"},
        {"kind": CommandType.PHASE, "symbol": "IBM", "phase": "closed", "trade_date": "today"},
        {"kind": CommandType.UNCROSS, "symbol": ""},
        {
            "kind": CommandType.INSTRUMENT,
            "symbol": "IBM",
            "attributes": {"tick": 1, "lot": 1, "max_quantity": 1, "tradable": 1, "band": -1},
        },
    ],
)
def test_a_market_control_that_says_nothing_sensible_changes_nothing(wrong: dict) -> None:
    desk = Desk()
    before, passed = desk.fold.dump(), len(desk.validated)
    with pytest.raises(ControlInvalid):
        desk.control(wrong.pop("kind"), **wrong)
    assert desk.fold.dump() == before
    assert len(desk.validated) == passed


def test_recovery_remembers_which_controls_were_passed_on() -> None:
    desk = Desk()
    desk.control(CommandType.PHASE, symbol="IBM", phase="halted")
    desk.control(CommandType.UNCROSS, symbol="IBM")
    again = desk.recovered()
    assert again.dump() == desk.fold.dump()
    assert {"phase IBM", "uncross IBM"} < again.controls.versions.keys()
