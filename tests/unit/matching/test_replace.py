"""Replace: who keeps the place, who goes to the tail, and when the order is closed by it."""

import pytest

from tests.unit.matching.drawing import Desk, table


@pytest.mark.parametrize(
    ("terms", "answer", "book"),
    [
        ({}, "replaced b leaves 5 keeps its place", "a:5 b:5 c:5 10.00"),
        ({"quantity": 5}, "replaced b leaves 5 keeps its place", "a:5 b:5 c:5 10.00"),
        ({"price": "10.00"}, "replaced b leaves 5 keeps its place", "a:5 b:5 c:5 10.00"),
        ({"quantity": 3}, "replaced b leaves 3 keeps its place", "a:5 b:3 c:5 10.00"),
        ({"quantity": 3, "price": "10.00"}, "replaced b leaves 3 keeps its place", "a:5 b:3 c:5 10.00"),
        ({"quantity": 6}, "replaced b leaves 6 to the tail", "a:5 c:5 b:6 10.00"),
        ({"price": "10.01"}, "replaced b leaves 5 to the tail", "b:5 10.01 \n a:5 c:5 10.00"),
        ({"price": "9.99"}, "replaced b leaves 5 to the tail", "a:5 c:5 10.00 \n b:5 9.99"),
        ({"quantity": 3, "price": "9.99"}, "replaced b leaves 3 to the tail", "a:5 c:5 10.00 \n b:3 9.99"),
    ],
)
def test_priority_after_a_replace(terms: dict[str, object], answer: str, book: str) -> None:
    desk = Desk()
    for id in "abc":
        desk.buy(id, 5, "10.00")
    assert desk.replace("b", **terms) == [answer]
    assert desk.drawn() == table(book)


def test_a_price_moved_away_and_back_is_at_the_tail() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    desk.buy("b", 1, "10.00")
    desk.replace("a", price="9.99")
    desk.replace("a", price="10.00")
    assert desk.drawn() == table("b:1 a:1 10.00")


def _partly_filled(quantity: int, filled: int) -> Desk:
    desk = Desk()
    desk.sell("a", quantity, "10.00")
    desk.buy("t", filled, "10.00")
    return desk


def test_the_new_quantity_is_the_total_so_what_is_filled_counts() -> None:
    desk = _partly_filled(10, 4)
    assert desk.replace("a", quantity=8) == ["replaced a leaves 4 keeps its place"]
    assert desk.drawn() == table("10.00 a:4")


def test_an_increase_after_a_fill_adds_to_what_is_left() -> None:
    desk = _partly_filled(10, 4)
    assert desk.replace("a", quantity=12) == ["replaced a leaves 8 to the tail"]


@pytest.mark.parametrize("total", [7, 6, 1])
def test_a_total_at_or_below_the_filled_quantity_closes_the_order(total: int) -> None:
    desk = _partly_filled(10, 7)
    assert desk.replace("a", quantity=total) == ["replaced a leaves 0 keeps its place"]
    order = desk.engine.remembered("a")
    assert (order.quantity, order.cum, order.leaves) == (700_000_000, 700_000_000, 0)
    assert desk.drawn() == ""
    assert desk.cancel("a") == ["cancel_rejected a order_too_late_to_cancel"]


def test_leaves_are_told_before_the_order_trades_again() -> None:
    desk = Desk()
    desk.sell("a", 2, "10.00")
    desk.buy("b", 3, "9.00")
    assert desk.replace("b", price="10.00", quantity=2) == [
        "replaced b leaves 2 to the tail",
        "trade 2 @ 10: b left 0, a left 0",
    ]
    assert "b" not in desk.engine.orders


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"quantity": 0}, "order_field_invalid"),
        ({"quantity": -1}, "order_field_invalid"),
        ({"price": 0}, "order_field_invalid"),
        ({"price": "10.005"}, "price_off_tick"),
        ({"quantity": "1.5"}, "quantity_off_lot"),
    ],
)
def test_a_refused_replace_leaves_the_order_untouched(terms: dict[str, object], code: str) -> None:
    desk = Desk()
    desk.buy("a", 5, "10.00")
    desk.buy("b", 5, "10.00")
    assert desk.replace("a", **terms) == [f"replace_rejected a {code}"]
    assert desk.drawn() == table("a:5 b:5 10.00")
    assert not desk.engine.touched


def test_a_replaced_order_keeps_its_rank_by_entry() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    desk.buy("b", 1, "10.00")
    desk.replace("a", price="9.00")
    assert list(desk.engine.orders) == ["a", "b"]


def test_after_a_fill_in_front_of_it_the_new_head_can_be_taken_out() -> None:
    desk = Desk()
    for id in "abc":
        desk.sell(id, 2, "10.00")
    desk.buy("t", 3, "10.00")
    desk.replace("b", price="10.01")
    assert desk.drawn() == table("10.01 b:1 \n 10.00 c:2")


def test_a_level_swept_and_used_again_keeps_its_queue() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    desk.buy("t", 1, "10.00")
    desk.sell("b", 1, "10.00")
    desk.sell("c", 1, "10.00")
    assert desk.drawn() == table("10.00 b:1 c:1")
