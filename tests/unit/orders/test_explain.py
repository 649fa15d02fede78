"""What is said of an order: why it is filled, why not yet, its place in the queue, what refused or ended it."""

from decimal import Decimal

import pytest

from orders.domain.explain import Ahead, Facts, explain

RESTING = {
    "side": "buy",
    "type": "limit",
    "tif": "day",
    "working": "new",
    "symbol": "IBM",
    "seconds": 3,
    "quantity": Decimal(500),
    "cum_quantity": Decimal(0),
    "leaves_quantity": Decimal(500),
    "price": Decimal("181.25"),
}


def said(**changed: object) -> str:
    return " ".join(explain(Facts(**(RESTING | changed))))


def test_a_resting_buy_says_how_far_the_offer_is_away() -> None:
    assert "the best offer is 181.3, 0.05 from its limit of 181.25" in said(opposite=Decimal("181.30"))


def test_a_resting_sell_says_how_far_the_bid_is_away() -> None:
    assert "the best bid is 181.2, 0.05 from its limit of 181.25" in said(side="sell", opposite=Decimal("181.20"))


def test_an_empty_other_side_is_told() -> None:
    assert "nobody sells IBM" in said()
    assert "nobody buys IBM" in said(side="sell")


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (Ahead(Decimal(0), 0, Decimal(0), 0), "First in the queue: the next seller at 181.25 trades with it."),
        (Ahead(Decimal(300), 2, Decimal(0), 0), "In the queue: 2 orders for 300 at better prices."),
        (Ahead(Decimal(0), 0, Decimal(40), 1), "In the queue: one order for 40 before it at 181.25."),
        (
            Ahead(Decimal(300), 1, Decimal(40), 3, whole=False),
            "In the queue: one order for 300 at better prices and at least 3 orders for 40 before it at 181.25.",
        ),
    ],
)
def test_the_place_in_the_queue_is_what_trades_before_it(ahead: Ahead, words: str) -> None:
    assert words in said(ahead=ahead, opposite=Decimal(182))


def test_a_stop_waits_for_a_trade_and_has_no_place_in_the_queue() -> None:
    told = said(type="stop", price=None, stop_price=Decimal(185), last=Decimal(182), ahead=Ahead(Decimal(1), 1, Decimal(1), 1))
    assert told == "Not active yet: it waits for a trade at or above 185; the last was at 182."


def test_a_sell_stop_waits_for_a_trade_at_or_below() -> None:
    assert "at or below 175; no trade yet" in said(type="stop", side="sell", price=None, stop_price=Decimal(175))


@pytest.mark.parametrize("phase", ["pre_open", "auction", "halted", "closed"])
def test_a_market_that_does_not_trade_is_the_reason(phase: str) -> None:
    told = said(phase=phase, opposite=Decimal(182))
    assert told.startswith("Not filled yet: the market is ")
    assert "best offer" not in told


def test_an_order_for_the_close_waits_for_its_auction() -> None:
    assert said(tif="at_close", opposite=Decimal(182)) == "Not filled yet: it waits, parked, for the closing auction."


def test_an_order_risk_has_not_answered_says_since_when() -> None:
    assert said(working="pending_new") == (
        "Entered 3 s ago, and risk has not answered yet: it is on its way through the outbox and the log."
    )


def test_an_order_risk_let_through_waits_for_its_market() -> None:
    assert "risk let it through, its market has not taken it yet" in said(working="pending_new", passed=True)


def test_a_refusal_says_rule_limit_and_actual() -> None:
    reject = {"code": "price_outside_band", "rule": "price_band", "limit": "20", "actual": "99.4", "message": "move it closer"}
    assert said(working="rejected", reject=reject) == "Refused by the rule price_band (limit 20, actual 99.4): move it closer."


def test_a_fill_says_how_much_at_what_and_why() -> None:
    filled = {"maker": Decimal(100), "taker": Decimal(400)}
    told = said(working="filled", cum_quantity=Decimal(500), leaves_quantity=Decimal(0), average="181.25", fills=2, filled=filled)
    assert told == (
        "Filled, all of it, in 2 fills at 181.25 on average: 100 rested until somebody came for it, 400 met what was resting at once."
    )


def test_a_partial_fill_says_what_became_of_the_rest() -> None:
    told = said(
        working="canceled", cum_quantity=Decimal(40), average="181.25", fills=1, filled={"taker": Decimal(40)}, ending="Canceled, desk."
    )
    assert told.startswith("Filled, 40 of 500, in one fill at 181.25 on average")
    assert told.endswith("Canceled, desk.")
