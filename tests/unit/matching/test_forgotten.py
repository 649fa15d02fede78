"""A fill of an order that closed too long ago to be remembered: the command tells what the order had."""

from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.domain.events import CancelRejected, TradeChanged
from schemas.enums import Reason
from schemas.messages import OrderCommand
from tests.unit.matching.drawing import CENT, SHARE


def _correction(attributes: dict[str, int], quantity: int | None = None) -> OrderCommand:
    terms = {"side": "buy", "type": "limit", "tif": "day", "quantity": quantity, "price": None if quantity is None else CENT}
    return OrderCommand("trade_correct", 1, "gone", "A", "X", 1, **terms, trade_id="T1", attributes=attributes)


def _engine() -> Engine:
    return Engine(Rules(CENT, SHARE))


def test_a_bust_of_a_forgotten_order_counts_from_what_the_command_tells_and_opens_nothing() -> None:
    engine = _engine()
    told = {"quantity": 2 * SHARE, "price": CENT, "order_quantity": 5 * SHARE, "order_cum_quantity": 5 * SHARE}
    (event,) = engine.apply(_correction(told))
    assert isinstance(event, TradeChanged)
    assert (event.quantity, event.cum, event.leaves) == (0, 3 * SHARE, 0)
    assert not engine.orders
    assert engine.remembered("gone") is None


def test_an_order_nobody_tells_anything_of_is_unknown() -> None:
    assert _engine().apply(_correction({"quantity": SHARE, "price": CENT})) == [CancelRejected("gone", Reason.ORDER_UNKNOWN, None)]


def test_more_than_the_total_cannot_have_been_filled() -> None:
    told = {"quantity": SHARE, "price": CENT, "order_quantity": 5 * SHARE, "order_cum_quantity": 5 * SHARE}
    (event,) = _engine().apply(_correction(told, quantity=2 * SHARE))
    assert isinstance(event, CancelRejected)
    assert event.code == Reason.ORDER_FIELD_INVALID
