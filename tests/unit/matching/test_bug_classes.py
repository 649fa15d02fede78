"""One test for each fault seen most often in matching engines."""

import pytest

from tests.unit.matching.costs import lines_run
from tests.unit.matching.drawing import Desk, table


@pytest.mark.parametrize("gone", ["a", "b", "c", "d"])
def test_a_cancel_anywhere_in_the_queue_keeps_the_orders_behind(gone: str) -> None:
    desk = Desk()
    for id in "abcd":
        desk.buy(id, 1, "10.00")
    desk.cancel(gone)
    left = [id for id in "abcd" if id != gone]
    assert desk.drawn() == table(" ".join(f"{id}:1" for id in left) + " 10.00")
    assert [event.split()[-3] for event in desk.sell("t", 3, "10.00")[1:]] == left


def test_the_next_level_is_best_after_the_best_one_was_canceled() -> None:
    desk = Desk()
    desk.sell("best", 1, "10.00")
    desk.sell("next", 1, "10.01")
    desk.cancel("best")
    assert desk.book.asks.best().price == 1_001_000_000
    assert desk.buy("t", 1, "10.00") == ["new t"]
    assert desk.buy("u", 1, "10.01") == ["new u", "trade 1 @ 10.01: u left 0, next left 0"]


def test_a_level_that_was_canceled_empty_works_when_used_again() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    desk.cancel("a")
    desk.sell("b", 2, "10.00")
    assert desk.buy("t", 2, "10.00")[1:] == ["trade 2 @ 10: t left 0, b left 0"]
    assert desk.book.asks.best() is None


def test_fills_are_at_the_resting_price_whichever_side_rests() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    assert desk.buy("t", 1, "10.50")[1:] == ["trade 1 @ 10: t left 0, a left 0"]
    desk.buy("b", 1, "10.50")
    assert desk.sell("u", 1, "10.00")[1:] == ["trade 1 @ 10.5: u left 0, b left 0"]


def test_the_remainder_of_an_ioc_never_rests() -> None:
    desk = Desk()
    desk.sell("a", 4, "10.00")
    assert desk.buy("t", 10, "10.00", tif="ioc") == [
        "new t",
        "trade 4 @ 10: t left 6, a left 0",
        "canceled t 6 liquidity_none",
    ]
    assert desk.drawn() == ""
    assert desk.buy("u", 1, "9.00", tif="ioc") == ["new u", "canceled u 1 liquidity_none"]


def test_a_replace_into_the_far_side_trades_and_never_rests_crossed() -> None:
    desk = Desk()
    desk.sell("a", 3, "10.01")
    desk.buy("b", 5, "9.99")
    assert desk.replace("b", price="10.02") == [
        "replaced b leaves 5 to the tail",
        "trade 3 @ 10.01: b left 2, a left 0",
    ]
    assert desk.drawn() == table("b:2 10.02")


def test_a_cancel_of_a_filled_order_is_refused_as_too_late() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    desk.buy("t", 1, "10.00")
    for id in ("a", "t"):
        assert desk.cancel(id) == [f"cancel_rejected {id} order_too_late_to_cancel"]


def test_a_replace_of_a_closed_order_is_refused_as_too_late() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    desk.cancel("a")
    assert desk.replace("a", quantity=2) == ["replace_rejected a order_too_late_to_cancel"]
    assert desk.drawn() == ""


def test_a_partly_filled_order_keeps_its_place() -> None:
    desk = Desk()
    desk.sell("a", 5, "10.00")
    desk.sell("b", 5, "10.00")
    desk.buy("t", 3, "10.00")
    assert desk.drawn() == table("10.00 a:2 b:5")
    assert desk.buy("u", 3, "10.00")[1:] == ["trade 2 @ 10: u left 1, a left 0", "trade 1 @ 10: u left 0, b left 4"]


@pytest.mark.parametrize("closing", ["fill", "cancel", "ioc"])
def test_an_id_may_be_used_again_once_its_order_is_closed(closing: str) -> None:
    desk = Desk()
    if closing == "ioc":
        desk.buy("a", 1, "10.00", tif="ioc")
    else:
        desk.sell("a", 1, "10.00")
        desk.buy("t", 1, "10.00") if closing == "fill" else desk.cancel("a")
    assert desk.buy("a", 2, "9.00") == ["new a"]
    assert desk.cancel("a") == ["canceled a 2 cancel_requested"]


def test_an_id_that_is_open_is_refused_and_its_order_untouched() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    assert desk.sell("a", 7, "10.00") == ["rejected a order_duplicate"]
    assert desk.drawn() == table("a:1 10.00")


def test_depth_falls_by_partial_fills_cancels_and_reductions() -> None:
    desk = Desk()
    desk.sell("a", 5, "10.00")
    desk.sell("b", 5, "10.00")
    level = desk.book.asks.best()
    desk.buy("t", 2, "10.00")
    assert (level.quantity, level.count) == (800_000_000, 2)
    desk.replace("b", quantity=1)
    assert (level.quantity, level.count) == (400_000_000, 2)
    desk.cancel("a")
    assert (level.quantity, level.count) == (100_000_000, 1)


def _sweep_cost(orders: int, levels: int) -> int:
    desk = Desk()
    for number in range(orders):
        desk.sell(f"m{number}", 1, f"{10 + number % levels}.00")
    taker: list[list[str]] = []
    cost = lines_run(lambda: taker.append(desk.buy("t", orders, "99999.00")))
    assert len(taker[0]) == orders + 1
    assert desk.drawn() == ""
    return cost


@pytest.mark.parametrize("wide", [True, False], ids=["a level each", "one level"])
def test_a_sweep_of_5000_is_linear_and_does_not_recurse(wide: bool) -> None:
    small, large = (_sweep_cost(orders, orders if wide else 1) for orders in (500, 5_000))
    assert large < 11 * small


@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_cancel_costs_the_same_however_many_orders_wait_at_the_price(place: float) -> None:
    costs = []
    for orders in (10, 10_000):
        desk = Desk()
        for number in range(orders):
            desk.sell(f"m{number}", 1, "10.00")
        costs.append(lines_run(lambda desk=desk, orders=orders: desk.cancel(f"m{int(place * (orders - 1))}")))
    assert costs[1] <= costs[0] + 5


def test_a_reduction_costs_the_same_however_many_orders_wait_at_the_price() -> None:
    costs = []
    for orders in (10, 10_000):
        desk = Desk()
        for number in range(orders):
            desk.sell(f"m{number}", 9, "10.00")
        costs.append(lines_run(lambda desk=desk, orders=orders: desk.replace(f"m{orders // 2}", quantity=5)))
    assert costs[1] == costs[0]
