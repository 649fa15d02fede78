"""Who wins a race (ADR 0010): risk and matching as they run, and the life cycle of what they tell."""

from typing import Any

import pytest

from orders.domain.lifecycle import apply, opened
from orders.domain.state import OrderState
from schemas.enums import CommandType
from schemas.messages import Conditions, OrderCommand
from schemas.units import ONE
from tests.scenarios.chain import Chain
from tests.scenarios.commands import OTHER, OWNER, Commands, units

PRICE = 110 * ONE


class Race:
    """One market, the order X of the owner (buy 100 at 110, gtc or day), somebody else on the other side.

    While `held`, commands wait before matching: they arrive there in the order in which they were sent.
    """

    def __init__(self, *, tif: str = "day", trade_date: str = "2026-11-24", conditions: Conditions | None = None) -> None:
        self.commands = Commands()
        self.chain = Chain()
        self.chain.quote("IBM", units("109.99"), units("110.01"), self.commands.now)
        for control in (self.commands.instrument(), *self.commands.limits()):
            self.chain.send(control)
        self.enter("X", tif=tif, trade_date=trade_date, conditions=conditions)

    def enter(self, order: str, **more: Any) -> None:
        values = {"account": OWNER, "side": "buy", "type": "limit", "tif": "day", "quantity": 100 * ONE, "price": PRICE}
        self.send(CommandType.NEW, **(values | {"id": order} | more))

    def send(self, kind: CommandType, **more: Any) -> OrderCommand:
        command = self.commands.command(kind, **more)
        self.chain.send(command)
        return command

    def sell(self, quantity: int, price: int = PRICE, tif: str = "ioc") -> None:
        self.enter(f"S{self.commands.now}", account=OTHER, side="sell", quantity=quantity * ONE, price=price, tif=tif)

    def replace(self, **more: Any) -> None:
        self.send(CommandType.REPLACE, id="X", **more)

    def cancel(self) -> None:
        self.send(CommandType.CANCEL, id="X", reason="cancel_requested")

    def phase(self, phase: str, day: str = "2026-11-24", **more: Any) -> None:
        self.send(CommandType.PHASE, account="*", phase=phase, trade_date=day, user="ops1", **more)

    def release(self) -> None:
        self.chain.held = False
        self.chain.settle()

    def hold(self) -> None:
        self.chain.held = True

    def told(self, order: str = "X") -> list[str]:
        """`type/status cum/leaves reason` of each of the order's records."""
        state: OrderState | None = None
        lines = []
        for record in self.chain.log:
            if record.order_id == order:
                state = opened(record) if state is None else apply(state, record)
                counts = f"{state.cum_quantity // ONE}/{state.leaves_quantity // ONE}"
                lines.append(" ".join(filter(None, [f"{record.type}/{state.status}", counts, record.reason])))
        self.state = state
        return lines[2:]


def test_a_cancel_while_a_replace_is_pending_cancels_the_order_as_it_was_replaced() -> None:
    race = Race()
    race.hold()
    race.replace(quantity=80 * ONE)
    race.cancel()
    race.release()
    assert race.told() == [
        "pending_replace/pending_replace 0/100",
        "pending_cancel/pending_cancel 0/100 cancel_requested",
        "replaced/pending_cancel 0/80",
        "canceled/canceled 0/0 cancel_requested",
    ]


def test_a_replace_that_fills_the_order_leaves_its_cancel_too_late() -> None:
    race = Race()
    race.sell(100, price=PRICE + ONE, tif="day")
    race.hold()
    race.replace(price=PRICE + ONE)
    race.cancel()
    race.release()
    assert race.told()[2:] == [
        "replaced/pending_cancel 0/100",
        "trade/pending_cancel 100/0",
        "cancel_rejected/filled 100/0 order_too_late_to_cancel",
    ]


def test_a_replace_after_a_cancel_was_passed_on_is_refused_and_the_cancel_stands() -> None:
    race = Race()
    race.hold()
    race.cancel()
    race.replace(quantity=80 * ONE)
    race.release()
    assert race.told() == [
        "pending_cancel/pending_cancel 0/100 cancel_requested",
        "replace_rejected/pending_cancel 0/100 order_closed",
        "canceled/canceled 0/0 cancel_requested",
    ]


def test_a_fill_before_the_close_stands_and_the_rest_expires() -> None:
    race = Race()
    race.hold()
    race.sell(40)
    race.phase("closed")
    race.sell(60)
    race.release()
    assert race.told() == ["trade/partially_filled 40/60", "expired/expired 40/0 day_ended"]


def test_an_order_that_the_last_fill_used_up_does_not_expire() -> None:
    race = Race()
    race.hold()
    race.sell(100)
    race.phase("closed")
    race.release()
    assert race.told() == ["trade/filled 100/0"]


@pytest.mark.parametrize(("ask", "answer"), [("cancel", "cancel_rejected"), ("replace", "replace_rejected")])
def test_a_request_that_the_close_overtook_is_too_late(ask: str, answer: str) -> None:
    race = Race()
    race.hold()
    race.phase("closed")
    getattr(race, ask)(**({} if ask == "cancel" else {"quantity": 80 * ONE}))
    race.release()
    told = race.told()
    pending = "pending_cancel" if ask == "cancel" else "pending_replace"
    assert told[1:] == [f"expired/{pending} 0/0 day_ended", f"{answer}/expired 0/0 order_too_late_to_cancel"]


def test_a_late_end_of_yesterday_does_not_end_an_order_of_today() -> None:
    race = Race(trade_date="2026-11-25")
    race.phase("closed", day="2026-11-24")
    assert "expired" not in " ".join(race.told())
    race.phase("closed", day="2026-11-25")
    assert race.told()[-1] == "expired/expired 0/0 day_ended"


def test_a_replace_in_an_auction_waits_for_the_uncross() -> None:
    race = Race(tif="gtc")
    race.phase("auction", auction="closing")
    race.sell(100, price=PRICE + ONE, tif="day")
    race.replace(price=PRICE + ONE)
    assert race.told() == ["pending_replace/pending_replace 0/100", "replaced/new 0/100"], "crossed, but the auction collects"
    race.phase("continuous")
    assert race.told()[-1] == "trade/filled 100/0"


def test_a_replace_that_the_uncross_overtook_meets_what_is_left() -> None:
    race = Race(tif="gtc")
    race.phase("auction", auction="closing")
    race.sell(30, price=PRICE, tif="day")
    race.hold()
    race.send(CommandType.UNCROSS, account="*", user="ops1")
    race.replace(quantity=20 * ONE)
    race.release()
    assert race.told()[-2:] == ["trade/pending_replace 30/70", "replaced/filled 30/0"], "the new total is below what the auction filled"


@pytest.mark.parametrize("phase", ["halted", "closed"])
def test_a_replace_while_nothing_moves_is_refused_a_cancel_is_not(phase: str) -> None:
    race = Race(tif="gtc")
    race.phase(phase)
    race.replace(quantity=80 * ONE)
    race.cancel()
    flag = "suspended" if phase == "halted" else "done_for_day"
    assert race.told()[2:] == [
        f"replace_rejected/{flag} 0/100 phase_refuses",
        "pending_cancel/pending_cancel 0/100 cancel_requested",
        "canceled/canceled 0/0 cancel_requested",
    ]


def test_two_replaces_in_flight_are_carried_out_in_turn() -> None:
    race = Race()
    race.sell(10)
    race.hold()
    race.replace(quantity=80 * ONE)
    race.replace(quantity=60 * ONE)
    race.release()
    assert race.told() == [
        "trade/partially_filled 10/90",
        "pending_replace/pending_replace 10/90",
        "pending_replace/pending_replace 10/90",
        "replaced/pending_replace 10/70",
        "replaced/partially_filled 10/50",
    ]


def test_the_second_replace_is_asked_for_on_top_of_the_first() -> None:
    """What it leaves out is what the first asked for: the client has seen it accepted when it asks."""
    race = Race()
    race.hold()
    race.replace(price=PRICE - ONE)
    race.replace(quantity=60 * ONE)
    race.release()
    assert race.told()[-1] == "replaced/new 0/60"
    assert race.state is not None
    assert race.state.price == PRICE - ONE


def test_a_second_replace_that_a_check_refuses_leaves_the_first_pending() -> None:
    race = Race()
    race.hold()
    race.replace(quantity=80 * ONE)
    race.replace(price=500 * ONE)
    race.release()
    assert race.told() == [
        "pending_replace/pending_replace 0/100",
        "replace_rejected/pending_replace 0/100 price_outside_band",
        "replaced/new 0/80",
    ]


def test_a_first_replace_that_the_market_refuses_leaves_the_second_to_be_judged_for_itself() -> None:
    race = Race(conditions=Conditions(post_only=True))
    race.sell(5, price=PRICE + ONE, tif="day")
    race.hold()
    race.replace(price=PRICE + ONE)
    race.replace(price=PRICE - ONE, quantity=60 * ONE)
    race.release()
    assert race.told()[2:] == ["replace_rejected/pending_replace 0/100 post_only_would_take", "replaced/new 0/60"]


def test_a_bust_long_after_the_end_changes_what_was_filled_and_nothing_else() -> None:
    race = Race()
    race.sell(100)
    race.phase("closed")
    fill = next(record for record in race.chain.log if record.order_id == "X" and record.type == "trade")
    race.send(
        CommandType.TRADE_CORRECT,
        id="X",
        side="buy",
        type="limit",
        tif="day",
        trade_id=fill.trade_id,
        unsolicited=True,
        reason="desk_change",
        attributes={"quantity": 100 * ONE, "price": PRICE, "order_quantity": 100 * ONE, "order_cum_quantity": 100 * ONE},
    )
    assert race.told() == ["trade/filled 100/0", "trade_cancel/canceled 0/0 desk_change"], "its day is over: nothing is open again"


def test_an_unsolicited_cancel_ends_the_order_and_the_clients_own_comes_too_late() -> None:
    race = Race()
    race.hold()
    race.send(CommandType.CANCEL, id="X", unsolicited=True, reason="desk_change")
    race.cancel()
    race.release()
    assert race.told() == [
        "pending_cancel/pending_cancel 0/100 cancel_requested",
        "canceled/canceled 0/0 desk_change",
        "cancel_rejected/canceled 0/0 order_too_late_to_cancel",
    ]
