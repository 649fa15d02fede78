"""What is published of a command is the book as it is after it, also where a level empties and fills again within the command."""

from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.domain.ladder import COMPACT_ABOVE
from schemas.messages import Conditions, OrderCommand
from tests.unit.matching.drawing import CENT, SHARE


def _limit(number: int, side: str, lots: int, ticks: int, conditions: Conditions | None = None) -> OrderCommand:
    return OrderCommand(
        "new", number, f"o{number}", f"A{number}", "X", 1, side, "limit", "day", lots * SHARE, ticks * CENT, conditions=conditions
    )


def test_an_iceberg_that_refreshes_alone_at_its_price_is_published_while_the_ladder_forgets_its_vacant_levels() -> None:
    engine = Engine(Rules(CENT, SHARE))
    vacant = COMPACT_ABOVE + 1
    for number in range(vacant):
        engine.apply(_limit(number, "sell", 1, 1_000 + number))
    engine.apply(_limit(5_000, "sell", 10, 10, Conditions(display_quantity=2 * SHARE)))
    for number in range(vacant - 1):
        engine.apply(OrderCommand("cancel", 1, f"o{number}", f"A{number}", "X", 1))
    taker = _limit(6_000, "buy", 2, 10)
    events = engine.apply(taker)
    ((_, levels),) = engine.changed(taker, events)
    assert [(level.price, level.quantity, level.count) for level in levels] == [(10 * CENT, 2 * SHARE, 1)]


def test_a_refused_order_of_an_unknown_market_leaves_no_trace() -> None:
    engine = Engine(Rules(CENT, SHARE))
    engine.apply(_limit(1, "buy", 0, 10))
    assert engine.books == {}
