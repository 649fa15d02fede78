"""The published book changes build up the engine's book, survive repeats and gaps, and differences lead from one picture to the next."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.domain.depth import Depth, Level, changes
from schemas.messages import BookLevel, BookUpdate
from schemas.units import ONE
from tests.unit.marketdata.lp_market import LOT, TICK, LpMarket


def update(seq, bids=(), asks=(), kind="update", last=None):
    def levels(side):
        return tuple(BookLevel(price * ONE, quantity * ONE, orders) for price, quantity, orders in side)

    return BookUpdate("IBM", seq, kind, levels(bids), levels(asks), last, seq * 10)


def test_levels_are_set_changed_and_removed_best_first():
    depth = Depth()
    assert depth.apply(update(1, bids=[(10, 5, 1), (11, 2, 1)], asks=[(13, 1, 1), (12, 4, 2)]), 100)
    assert depth.apply(update(2, bids=[(10, 0, 0)], asks=[(12, 3, 1)]), 101)
    assert depth.best(10) == ([Level("11", "2", 1)], [Level("12", "3", 1), Level("13", "1", 1)])
    assert depth.best(1)[1] == [Level("12", "3", 1)]
    assert (depth.seq, depth.replay_from) == (2, 100)


def test_a_repeat_changes_nothing():
    depth = Depth()
    depth.apply(update(1, bids=[(10, 5, 1)]), 0)
    depth.apply(update(2, bids=[(10, 7, 1)]), 1)
    assert not depth.apply(update(1, bids=[(10, 5, 1)]), 0)
    assert depth.best(9)[0] == [Level("10", "7", 1)]


def test_after_a_gap_nothing_is_believed_until_the_book_comes_whole():
    depth = Depth()
    depth.apply(update(1, bids=[(10, 5, 1)]), 0)
    assert not depth.apply(update(3, bids=[(11, 5, 1)]), 2)
    assert not depth.known
    assert not depth.apply(update(4, bids=[(12, 5, 1)]), 3)
    assert depth.apply(update(4, bids=[(10, 1, 1)], kind="snapshot"), 4)
    assert depth.known
    assert depth.best(9)[0] == [Level("10", "1", 1)]
    assert depth.replay_from == 4


def test_a_book_seen_from_its_middle_is_not_believed():
    depth = Depth()
    assert not depth.apply(update(7, bids=[(10, 5, 1)]), 0)
    assert not depth.known


SIDES = st.dictionaries(st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 3)))


@given(SIDES, SIDES)
def test_changes_lead_from_one_picture_to_the_other(before, after):
    old = [Level(str(price), str(q), n) for price, (q, n) in before.items()]
    new = [Level(str(price), str(q), n) for price, (q, n) in after.items()]
    merged = {level.price: level for level in old}
    for level in changes(old, new):
        if level.quantity == "0":
            del merged[level.price]
        else:
            merged[level.price] = level
    assert sorted(merged.values()) == sorted(new)


@given(st.lists(st.tuples(st.sampled_from(["buy", "sell"]), st.integers(45, 55), st.integers(1, 9)), max_size=30), st.integers(0, 29))
def test_the_published_changes_rebuild_the_matching_engines_book(orders, join_at):
    """Joining at the beginning or at any whole book gives the engine's own levels."""
    market, whole, joined = LpMarket(), Depth(), Depth()

    def publish(outputs):
        for output in outputs:
            if output.topic == "book":
                whole.apply(output.message, 0)
                joined.apply(output.message, 0)

    original = market.fold.handle

    def handle(delivery, now):
        outputs = original(delivery, now)
        publish(outputs)
        return outputs

    market.fold.handle = handle
    for number, (side, price, lots) in enumerate(orders):
        if number == join_at:
            joined = Depth()
            for output in market.fold.recovered(0):
                joined.apply(output.message, 0)
        market.user(f"U{number}", side, price * TICK, lots * LOT)
    for output in market.fold.recovered(0):
        snapshot = Depth()
        snapshot.apply(output.message, 0)
        assert snapshot.best(100) == whole.best(100) == joined.best(100)
