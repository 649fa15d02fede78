"""The house's own writer and the desk number their commands apart: neither hides the other's, and a repeat of either is known."""

from risk.domain.exposure import OWN_NUMBERS, AccountState
from schemas.enums import CommandType, ExecType
from tests.unit.risk.desk import Desk

CLOCK = 1_790_000_000_000_000


def test_the_desk_reaches_an_order_whose_account_numbers_by_the_clock() -> None:
    desk = Desk()
    desk.new("H1", command_id=CLOCK)
    before = len(desk.log)
    cancel = desk.command(CommandType.CANCEL, id="H1", symbol="IBM")
    desk.say(cancel)
    assert [record.type for record in desk.log[before:]] == [ExecType.PENDING_CANCEL]
    desk.say(cancel)
    assert len(desk.log) == before + 1, "a repeat"
    desk.new("H2", command_id=CLOCK)
    assert len(desk.log) == before + 1, "a repeat of the house's own"
    desk.new("H2", command_id=CLOCK + 1)
    assert desk.log[-1].type == ExecType.PENDING_NEW


def test_both_numbers_outlive_a_snapshot() -> None:
    account = AccountState()
    account.took(7)
    account.took(CLOCK)
    again = AccountState.load(account.dump())
    assert [again.is_repeat(number) for number in (7, 8, CLOCK, CLOCK + 1)] == [True, False, True, False]
    assert OWN_NUMBERS < CLOCK
