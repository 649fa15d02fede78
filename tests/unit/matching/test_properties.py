"""What holds for every stream of commands."""

from collections import Counter

from hypothesis import given

from matching.domain.book import Book
from matching.domain.engine import Engine
from matching.domain.events import Accepted, Canceled, CancelRejected, Event, Rejected, Replaced, ReplaceRejected, Traded
from matching.domain.ladder import Ladder
from schemas.messages import OrderCommand
from tests.unit.matching.drawing import instrument
from tests.unit.matching.naive import NaiveBook
from tests.unit.matching.streams import STREAMS


def engine() -> Engine:
    made = Engine()
    made.apply(instrument("X"))
    made.apply(instrument("Y"))
    return made


def plain(event: Event) -> tuple:
    """An event in the naive book's words."""
    words: tuple
    match event:
        case Accepted(order):
            words = ("new", order.id)
        case Traded(taker, maker, quantity, price, _, _, _):
            words = ("trade", taker.id, maker.id, quantity, price)
        case Canceled(order, leaves, _):
            words = ("canceled", order.id, leaves)
        case Replaced(order, leaves, kept):
            words = ("replaced", order.id, leaves, kept)
        case Rejected(id, _):
            words = ("rejected", id)
        case CancelRejected(id, _, known):
            words = ("cancel_rejected", id, known is not None)
        case ReplaceRejected(id, _, known):
            words = ("replace_rejected", id, known is not None)
    return words


def naive_answer(books: dict[str, NaiveBook], command: OrderCommand) -> list[tuple]:
    book = books[command.symbol]
    match command.command:
        case "new":
            return book.new(command.id, command.side, command.quantity, command.price, command.tif)
        case "cancel":
            return book.cancel(command.id)
        case _:
            return book.replace(command.id, command.quantity, command.price)


@given(STREAMS)
def test_the_engine_answers_as_a_book_that_sorts_one_list(stream: list[OrderCommand]) -> None:
    subject, naive = engine(), {"X": NaiveBook(), "Y": NaiveBook()}
    for command in stream:
        assert [plain(event) for event in subject.apply(command)] == naive_answer(naive, command)


@given(STREAMS)
def test_no_book_is_crossed_or_locked_at_rest(stream: list[OrderCommand]) -> None:
    subject = engine()
    for command in stream:
        subject.apply(command)
        for book in subject.books.values():
            bid, ask = book.bids.best(), book.asks.best()
            assert bid is None or ask is None or bid.price < ask.price


@given(STREAMS)
def test_quantity_is_conserved(stream: list[OrderCommand]) -> None:
    """What was entered is filled, open or canceled; each trade takes as much from the buyer as from the seller."""
    subject = engine()
    filled: Counter[tuple[str, int]] = Counter()
    life: Counter[str] = Counter()
    canceled: dict[tuple[str, int], int] = {}
    for command in stream:
        for event in subject.apply(command):
            match event:
                case Accepted(order):
                    life[order.id] += 1
                case Traded(taker, maker, quantity, _, taker_leaves, maker_leaves, _):
                    assert quantity > 0
                    for order, leaves in ((taker, taker_leaves), (maker, maker_leaves)):
                        filled[order.id, life[order.id]] += quantity
                        assert leaves == order.quantity - filled[order.id, life[order.id]] >= 0
                case Canceled(order, leaves, _):
                    canceled[order.id, life[order.id]] = leaves
                    assert order.quantity == filled[order.id, life[order.id]] + leaves
                case Replaced(order, leaves, _):
                    assert order.quantity == filled[order.id, life[order.id]] + leaves or leaves == 0
        for id, order in subject.orders.items():
            assert order.quantity == filled[id, life[id]] + order.leaves
            assert order.leaves > 0


@given(STREAMS)
def test_the_queue_at_a_price_is_in_the_order_of_arrival(stream: list[OrderCommand]) -> None:
    subject = engine()
    arrival: dict[str, int] = {}
    for number, command in enumerate(stream):
        for event in subject.apply(command):
            if isinstance(event, Accepted) or (isinstance(event, Replaced) and not event.kept_priority):
                arrival[event.order.id] = number
        for book in subject.books.values():
            for ladder in (book.bids, book.asks):
                for ids in queues(ladder):
                    assert ids == sorted(ids, key=arrival.__getitem__)


@given(STREAMS)
def test_the_totals_of_every_level_are_those_of_its_queue(stream: list[OrderCommand]) -> None:
    subject = engine()
    for command in stream:
        subject.apply(command)
    resting = [id for book in subject.books.values() for ladder in (book.bids, book.asks) for ids in queues(ladder) for id in ids]
    assert sorted(resting) == sorted(subject.orders)
    for book in subject.books.values():
        assert_consistent(book)


def queues(ladder: Ladder) -> list[list[str]]:
    """Ids by level, best first, each in the order of service."""
    found = []
    for level in ladder.in_order():
        ids, order = [], level.head
        while order is not None:
            ids.append(order.id)
            order = order.behind
        found.append(ids)
    return found


def assert_consistent(book: Book) -> None:
    for ladder in (book.bids, book.asks):
        assert sorted(ladder.heap) == sorted(ladder.levels)
        assert ladder.vacant == sum(level.head is None for level in ladder.levels.values())
        for level in ladder.levels.values():
            quantity, count, order, last = 0, 0, level.head, None
            while order is not None:
                assert order.level is level
                assert order.before is last
                quantity, count, order, last = quantity + order.leaves, count + 1, order.behind, order
            assert (level.quantity, level.count, level.tail) == (quantity, count, last)
