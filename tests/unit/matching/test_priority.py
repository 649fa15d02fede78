"""Price-time priority: who is served, when, and at which price."""

from tests.unit.matching.drawing import Desk, table


def test_better_price_fills_before_earlier_time() -> None:
    desk = Desk()
    desk.sell("early", 5, "10.02")
    desk.sell("better", 5, "10.01")
    assert desk.buy("t", 6, "10.02") == [
        "new t",
        "trade 5 @ 10.01: t left 1, better left 0",
        "trade 1 @ 10.02: t left 0, early left 4",
    ]


def test_earlier_time_fills_first_at_one_price() -> None:
    desk = Desk()
    desk.buy("a", 3, "10.00")
    desk.buy("b", 3, "10.00")
    desk.buy("c", 3, "10.00")
    assert desk.sell("t", 5, "9.99") == [
        "new t",
        "trade 3 @ 10: t left 2, a left 0",
        "trade 2 @ 10: t left 0, b left 1",
    ]
    assert desk.drawn() == table("b:1 c:3 10.00")


def test_the_highest_bid_is_served_first() -> None:
    desk = Desk()
    desk.buy("low", 1, "9.98")
    desk.buy("high", 1, "10.00")
    desk.buy("middle", 1, "9.99")
    assert desk.sell("t", 3, "9.98")[1:] == [
        "trade 1 @ 10: t left 2, high left 0",
        "trade 1 @ 9.99: t left 1, middle left 0",
        "trade 1 @ 9.98: t left 0, low left 0",
    ]


def test_a_limit_order_takes_what_its_limit_allows_and_rests_with_the_remainder() -> None:
    desk = Desk()
    desk.sell("a", 2, "10.00")
    desk.sell("b", 2, "10.01")
    desk.sell("c", 2, "10.02")
    desk.buy("t", 7, "10.01")
    assert desk.drawn() == table(
        """
                10.02  c:2
        t:3     10.01
        """
    )


def test_orders_that_do_not_cross_rest_on_both_sides() -> None:
    desk = Desk()
    desk.buy("a", 4, "10.00")
    desk.buy("b", 1, "10.00")
    desk.sell("c", 5, "10.02")
    desk.sell("d", 3, "10.01")
    desk.buy("e", 2, "9.99")
    assert desk.drawn() == table(
        """
                   10.02  c:5
                   10.01  d:3
        a:4 b:1    10.00
        e:2         9.99
        """
    )


def test_a_market_order_takes_any_price_and_never_rests() -> None:
    desk = Desk()
    desk.sell("a", 2, "10.00")
    desk.sell("b", 2, "99.00")
    assert desk.buy("t", 5) == [
        "new t",
        "trade 2 @ 10: t left 3, a left 0",
        "trade 2 @ 99: t left 1, b left 0",
        "canceled t 1 liquidity_none",
    ]
    assert desk.drawn() == ""


def test_a_market_order_without_any_liquidity_is_canceled_not_rejected() -> None:
    assert Desk().sell("t", 5) == ["new t", "canceled t 5 liquidity_none"]


def test_the_last_price_is_that_of_the_last_trade() -> None:
    desk = Desk()
    assert desk.book.last is None
    desk.sell("a", 1, "10.00")
    desk.sell("b", 1, "10.05")
    desk.buy("t", 2, "10.05")
    assert desk.book.last == 1_005_000_000


def test_trades_of_a_symbol_are_counted_from_one() -> None:
    desk = Desk()
    desk.sell("a", 1, "10.00")
    desk.sell("b", 1, "10.00")
    desk.buy("t", 2, "10.00")
    assert desk.book.trades == 2


def test_symbols_do_not_meet() -> None:
    from tests.unit.matching.drawing import instrument

    desk = Desk()
    desk.engine.apply(instrument("Y"))
    desk.sell("a", 1, "10.00", symbol="Y")
    assert desk.buy("b", 1, "10.00") == ["new b"]
