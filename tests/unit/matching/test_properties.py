"""What holds for every stream of commands, of all types and in all phases."""

import itertools
from collections import Counter

from matching.domain.book import Book
from matching.domain.ladder import Ladder
from matching.domain.orders import Order
from schemas.messages import OrderCommand
from tests.unit.matching.holding import holds
from tests.unit.matching.model import Model
from tests.unit.matching.model_auction import at, clearing
from tests.unit.matching.script import command, text
from tests.unit.matching.streams import AUCTIONS, CENT, ICEBERGS, SYMBOLS, Stream, started
from tests.unit.matching.subject import Subject

SIDES = ("buy", "sell")
EVERYTHING = command("mass_cancel")


@holds()
def test_the_engine_answers_as_the_model_that_searches_one_list(stream: Stream) -> None:
    assert_alike(Subject(), stream)


def assert_alike(subject: Subject, stream: Stream) -> None:
    """The same words, the same books, the same open orders after every command."""
    model = started(Model())
    for sent in stream:
        expected, answered = model.apply(sent), subject.apply(sent)
        assert expected == answered, f"expected {list(map(text, expected))}\nanswered {list(map(text, answered))}"
        for symbol in SYMBOLS:
            market = model.markets[symbol]
            assert (symbol, market.last) == (symbol, subject.last(symbol))
            assert (symbol, market.phase) == (symbol, subject.engine.books[symbol].phase)
            for side in SIDES:
                assert (symbol, side, model.levels(symbol, side)) == (symbol, side, subject.levels(symbol, side))
        assert {order.id: order.leaves for order in model.open} == {id: order.leaves for id, order in subject.engine.orders.items()}
        assert [order.id for order in model.by_entry()] == list(subject.engine.orders)


@holds()
def test_no_book_is_crossed_or_locked_at_rest_in_continuous_trading(stream: Stream) -> None:
    subject = Subject()
    for sent in stream:
        subject.apply(sent)
        assert_not_crossed(subject)


@holds(ICEBERGS)
def test_a_refresh_of_an_iceberg_never_leaves_a_crossed_book(stream: Stream) -> None:
    subject = Subject()
    for sent in stream:
        subject.apply(sent)
        assert_not_crossed(subject)
        for book in subject.engine.books.values():
            assert_consistent(book)


def assert_not_crossed(subject: Subject) -> None:
    for symbol, book in subject.engine.books.items():
        bids, asks = subject.levels(symbol, "buy"), subject.levels(symbol, "sell")
        if book.phase == "continuous" and bids and asks:
            assert bids[0][0] < asks[0][0], f"bid {bids[0]} meets ask {asks[0]}"


@holds()
def test_quantity_is_conserved(stream: Stream) -> None:
    """What was entered is filled, open or gone; each trade takes as much from the buyer as from the seller."""
    subject = Subject()
    total: dict[str, int] = {}
    filled: Counter[str] = Counter()
    for sent in stream:
        for word, *rest in subject.apply(sent):
            match word, rest:
                case "new", [id]:
                    total[id], filled[id] = sent.quantity, 0
                case "trade" | "uncrossed", [_, _, _, quantity, one, one_leaves, other, other_leaves]:
                    assert quantity > 0
                    assert one != other
                    for id, leaves in ((one, one_leaves), (other, other_leaves)):
                        filled[id] += quantity
                        assert leaves == total[id] - filled[id] >= 0
                case "replaced" | "restated", [id, quantity, _, leaves, *_]:
                    total[id] = quantity
                    if is_split(sent) and id == sent.id:  # what is filled is counted in new shares
                        filled[id] = quantity - leaves
                    assert leaves == quantity - filled[id] >= 0
                case "canceled" | "expired" | "suspended" | "done_for_day", [id, leaves, *_]:
                    assert leaves == total[id] - filled[id] > 0
                case "trade_changed", [id, _, _, _, cum, leaves]:
                    filled[id] = cum
                    assert leaves in (0, total[id] - cum)
        for id, order in subject.engine.orders.items():
            assert 0 < order.leaves == total[id] - filled[id]
            assert order.quantity == total[id]


def is_split(sent: OrderCommand) -> bool:
    return sent.command == "replace" and bool(sent.attributes)


@holds()
def test_no_trade_is_outside_the_limit_of_either_side(stream: Stream) -> None:
    subject = Subject()
    limits: dict[str, tuple[str, int | None]] = {}
    for sent in stream:
        for word, *rest in subject.apply(sent):
            if word == "new":
                limits[sent.id] = (sent.side, sent.price)
            if word in ("replaced", "restated"):
                limits[rest[0]] = (limits[rest[0]][0], rest[2])
            if word not in ("trade", "uncrossed"):
                continue
            price, one, other = rest[2], rest[4], rest[6]
            assert {limits[one][0], limits[other][0]} == set(SIDES)
            for side, limit in (limits[one], limits[other]):
                assert limit is None or (price <= limit if side == "buy" else price >= limit)
            assert word == "uncrossed" or price == limits[one][1]


@holds()
def test_the_queue_at_a_price_is_in_the_order_of_arrival(stream: Stream) -> None:
    """Icebergs arrive anew with each slice, and at-close orders with their auction: they are left out here."""
    subject = Subject()
    arrival: dict[str, int] = {}
    clock = itertools.count()
    for sent in stream:
        for word, *rest in subject.apply(sent):
            tail = word in ("replaced", "restated") and not rest[4]
            back = word == "trade_changed" and (sent.quantity or 0) < sent.attributes["quantity"]
            if word in ("new", "triggered") or tail or back:
                arrival[rest[0]] = next(clock)
        for book in subject.engine.books.values():
            for level in (*queues(book.bids), *queues(book.asks)):
                ids = [order.id for order in level if order.tif != "at_close" and not shows_less(order)]
                assert ids == sorted(ids, key=arrival.__getitem__)


def shows_less(order: Order) -> bool:
    return order.conditions is not None and order.conditions.display_quantity is not None


@holds()
def test_the_totals_of_every_level_are_those_of_its_queue(stream: Stream) -> None:
    subject = Subject()
    for sent in stream:
        subject.apply(sent)
        for book in subject.engine.books.values():
            assert_consistent(book)
    resting = [order for book in subject.engine.books.values() for ladder in (book.bids, book.asks) for q in queues(ladder) for order in q]
    assert all(subject.engine.orders[order.id] is order for order in resting)


@holds()
def test_after_a_mass_cancel_nothing_is_left(stream: Stream) -> None:
    subject = Subject()
    for sent in stream:
        subject.apply(sent)
    leaves = {id: order.leaves for id, order in subject.engine.orders.items()}
    assert {id: gone for _, id, gone, _ in subject.apply(EVERYTHING)} == leaves
    assert not subject.engine.orders
    for symbol in SYMBOLS:
        assert subject.levels(symbol, "buy") == subject.levels(symbol, "sell") == []
    assert subject.apply(EVERYTHING) == []


@holds(AUCTIONS)
def test_an_uncross_is_the_best_of_every_price(stream: Stream) -> None:
    """At no price, on the grid or off it, would more have traded; of equal ones it is the best balanced, nearest the last, highest."""
    subject, model = Subject(), started(Model())
    for sent in stream[:-1]:
        subject.apply(sent)
        model.apply(sent)
    resting, last = model.book("X"), model.markets["X"].last
    found = clearing(resting, last)
    trades = [words for words in subject.apply(stream[-1]) if words[0] == "uncrossed"]
    if found is None:
        assert not trades
        return
    grid = range(995 * CENT, 1006 * CENT, CENT // 2)
    assert found.volume == max(at(price, resting).volume for price in grid)
    assert {words[3] for words in trades} == {found.price}
    assert sum(words[4] for words in trades) == found.volume


@holds(AUCTIONS)
def test_after_an_uncross_nothing_that_could_have_traded_is_left(stream: Stream) -> None:
    subject = Subject()
    for sent in stream:
        subject.apply(sent)
    bids, asks = subject.levels("X", "buy"), subject.levels("X", "sell")
    assert not bids or not asks or bids[0][0] < asks[0][0]


def queues(ladder: Ladder) -> list[list[Order]]:
    """The orders of each level, best first, each in the order of service."""
    return [list(level.queue()) for level in ladder.in_order()]


def assert_consistent(book: Book) -> None:
    """Levels, counters and links of both sides."""
    for ladder in (book.bids, book.asks):
        assert sorted(ladder.heap) == sorted(ladder.levels)
        assert ladder.vacant == sum(level.head is None for level in ladder.levels.values())
        for level in ladder.levels.values():
            quantity, count, order, last = 0, 0, level.head, None
            while order is not None:
                assert order.level is level
                assert order.before is last
                quantity, count, order, last = quantity + order.leaves - order.hidden, count + 1, order.behind, order
            assert (level.quantity, level.count, level.tail) == (quantity, count, last)
