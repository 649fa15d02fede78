"""The dumped state: complete, plain, and the same for engines that are alike."""

import json

from hypothesis import given
from hypothesis import strategies as st

from matching.domain import state
from matching.domain.engine import Engine
from schemas.messages import OrderCommand
from tests.unit.matching.drawing import Desk, draw, instrument
from tests.unit.matching.streams import STREAMS
from tests.unit.matching.test_properties import assert_consistent, engine, plain


def restored(from_engine: Engine) -> Engine:
    """A new engine out of the other's state, by way of JSON text."""
    made = Engine()
    state.restore(made, json.loads(json.dumps(state.dump(from_engine))))
    return made


@given(STREAMS, st.data())
def test_snapshot_and_tail_end_as_the_whole_log_does(stream: list[OrderCommand], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(stream)))
    whole, first = engine(), engine()
    for command in stream[:cut]:
        whole.apply(command)
        first.apply(command)
    second = restored(first)
    assert state.digest(second) == state.digest(first)
    for command in stream[cut:]:
        assert [plain(event) for event in second.apply(command)] == [plain(event) for event in whole.apply(command)]
    assert state.dump(second) == state.dump(whole)
    assert state.digest(second) == state.digest(whole)
    assert list(second.orders) == list(whole.orders)
    for book in second.books.values():
        assert_consistent(book)


def test_a_restored_book_is_drawn_alike_and_knows_who_closed() -> None:
    desk = Desk()
    for id in "abc":
        desk.buy(id, 3, "10.00")
    desk.sell("d", 4, "10.00")
    desk.sell("e", 1, "10.05", client_order_id="mine")
    copy = restored(desk.engine)
    assert draw(copy.books["X"]) == desk.drawn()
    assert copy.remembered("a").cum == 300_000_000
    assert copy.orders["e"].client_order_id == "mine"
    assert (copy.books["X"].last, copy.books["X"].trades) == (1_000_000_000, 2)


def test_a_restored_engine_knows_its_orders_by_entry() -> None:
    desk = Desk()
    for id, price in (("z", "9.00"), ("a", "10.00"), ("m", "9.50")):
        desk.buy(id, 1, price)
    assert list(restored(desk.engine).orders) == ["z", "a", "m"]


def test_restoring_forgets_what_was_there() -> None:
    desk = Desk()
    desk.buy("a", 1, "10.00")
    state.restore(desk.engine, state.dump(Engine()))
    assert state.digest(desk.engine) == state.digest(Engine())


def test_the_hash_tells_books_apart_by_their_queues() -> None:
    one, other = Desk(), Desk()
    for desk, ids in ((one, "ab"), (other, "ba")):
        for id in ids:
            desk.buy(id, 1, "10.00")
    assert state.digest(one.engine) != state.digest(other.engine)


def test_the_hash_does_not_depend_on_levels_that_are_empty() -> None:
    one, other = Desk(), Desk()
    one.buy("a", 1, "9.00")
    one.cancel("a")
    other.buy("a", 1, "9.00")
    other.cancel("a")
    other.book.bids.best()
    assert len(one.book.bids.levels) != len(other.book.bids.levels)
    assert state.digest(one.engine) == state.digest(other.engine)


def test_the_hash_of_a_known_state_is_this_one() -> None:
    """The same on every machine and in every release of this format; a change of it needs a new format number."""
    desk = Desk()
    desk.buy("a", 3, "10.00")
    desk.sell("b", 1, "10.00")
    desk.sell("c", 2, "10.10")
    desk.engine.apply(instrument("A"))
    assert state.FORMAT == 1
    assert state.digest(desk.engine) == "19f00b90d3f5525daac8ffe8aad65a3a41df08bcf5bdf7b32202f2db7e0bcc74"
