"""`book` into `DepthSnapshot`: written once however often it is read, rebuilt after a restart, told as changed levels."""

import orjson
import pytest
from django.db import transaction

from marketdata.models import DepthSnapshot
from marketdata.projection.depth import DepthProjection
from marketdata.selectors import book_snapshot
from tests.integration.marketdata.conftest import NOW, NOW_US, book, delivered

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

FIRST = book("IBM", 1, bids=[("10", "5", 1), ("9.5", "2", 1)], asks=[("11", "1", 1)])
OPEN = {"phase": "continuous"} | dict.fromkeys(
    ("auction", "phase_since", "trade_date", "indicative_price", "indicative_quantity", "imbalance")
)
"""What a book says of a market that was never put into a phase."""
SECOND = book("IBM", 2, bids=[("10", "0", 0)], asks=[("11", "3", 2)], last="10")


def projection(**beginnings):
    return DepthProjection(lambda: {0: 0} | beginnings)


def project(projection_, *updates, start=0):
    return list(projection_.project(delivered("book", *updates, start=start), NOW_US))


def data(frame):
    return orjson.loads(frame.data())


def test_the_first_frame_holds_the_book_and_later_ones_what_changed():
    depth = projection()
    [first], [second] = project(depth, FIRST), project(depth, SECOND, start=1)
    assert (first.channel, first.key, first.seq, second.seq) == ("book", "IBM", 1, 2)
    assert data(first)["bids"] == [["10", "5", 1], ["9.5", "2", 1]]
    assert (data(second)["bids"], data(second)["asks"], data(second)["last"]) == ([["10", "0", 0]], [["11", "3", 2]], "10")
    assert book_snapshot("IBM", now=NOW) == {
        "symbol": "IBM", "seq": 2, "bids": [["9.5", "2", 1]], "asks": [["11", "3", 2]], "last": "10",
        "time": "2026-11-24T15:04:05.123456Z", "age_ms": 0, **OPEN,
    }  # fmt: skip


def test_a_batch_is_conflated_to_one_frame():
    [frame] = project(projection(), FIRST, SECOND)
    assert (frame.seq, data(frame)["bids"]) == (1, [["9.5", "2", 1]])


def test_a_repeat_of_what_was_committed_tells_nothing():
    depth = projection()
    project(depth, FIRST, SECOND)
    assert project(depth, FIRST, SECOND) == []
    assert DepthSnapshot.objects.get().seq == 1


def test_a_batch_that_did_not_commit_is_written_when_it_comes_again():
    depth = projection()
    project(depth, FIRST)
    with transaction.atomic():
        project(depth, SECOND, start=1)
        transaction.set_rollback(True)
    [frame] = project(depth, SECOND, start=1)
    assert (frame.seq, data(frame)["asks"]) == (2, [["11", "3", 2]])


def test_a_restart_goes_back_to_the_last_whole_book_and_tells_nothing_old():
    depth = projection()
    whole = book("IBM", 2, bids=[("9.5", "2", 1)], asks=[("11", "3", 2)], kind="snapshot")
    third = book("IBM", 3, bids=[("9.6", "1", 1)])
    project(depth, FIRST, SECOND, whole, third)
    again = projection()
    assert again.prepare({("book", 0): 4, ("quotes", 0): 9}) == {("book", 0): 2, ("quotes", 0): 9}
    assert project(again, whole, third, start=2) == []
    [frame] = project(again, book("IBM", 4, asks=[("11", "0", 0)]), start=4)
    assert (frame.seq, data(frame)["asks"]) == (2, [["11", "0", 0]])
    assert book_snapshot("IBM")["bids"] == [["9.6", "1", 1], ["9.5", "2", 1]]


def test_a_quiet_book_whose_whole_record_is_no_longer_kept_continues_from_its_row():
    project(projection(), FIRST, SECOND)
    again = DepthProjection(lambda: {0: 50})
    assert again.prepare({("book", 0): 60}) == {("book", 0): 60}
    [frame] = project(again, book("IBM", 3, bids=[("9.6", "1", 1)]), start=60)
    assert (frame.seq, data(frame)["bids"]) == (2, [["9.6", "1", 1]])
    assert book_snapshot("IBM")["bids"] == [["9.6", "1", 1], ["9.5", "2", 1]]


def test_after_a_gap_the_old_picture_stands_until_the_book_comes_whole():
    depth = projection()
    project(depth, FIRST)
    assert project(depth, book("IBM", 5, bids=[("1", "1", 1)]), start=1) == []
    [frame] = project(depth, book("IBM", 5, bids=[("1", "1", 1)], kind="snapshot"), start=2)
    assert frame.seq == 2
    assert ["10", "0", 0] in data(frame)["bids"]


def test_only_the_best_hundred_levels_are_kept_and_one_that_moves_up_is_told():
    depth = projection()
    project(depth, book("IBM", 1, bids=[(str(1000 - n), "1", 1) for n in range(150)]))
    assert len(book_snapshot("IBM")["bids"]) == 100
    [frame] = project(depth, book("IBM", 2, bids=[("1000", "0", 0)]), start=1)
    assert data(frame)["bids"] == [["900", "1", 1], ["1000", "0", 0]]


def test_depth_asked_for_is_cut():
    project(projection(), FIRST)
    assert book_snapshot("IBM", depth=1)["bids"] == [["10", "5", 1]]
    assert book_snapshot("NONE") == {
        "symbol": "NONE", "seq": 0, "bids": [], "asks": [], "last": None, "time": None, "age_ms": None, **OPEN,
    }  # fmt: skip


SECOND_LATER = NOW_US + 1_000_000
CALLED = {"phase": "auction", "auction": "volatility"}


def test_a_change_of_phase_is_told_though_no_level_changed():
    depth = projection()
    project(depth, FIRST)
    [frame] = project(depth, book("IBM", 2, time=SECOND_LATER, phase_reason="volatility_pause", trade_date="2026-11-24", **CALLED), start=1)
    told = data(frame)
    assert (frame.seq, told["bids"], told["asks"], told["phase"], told["auction"]) == (2, [], [], "auction", "volatility")
    assert (told["phase_since"], told["trade_date"]) == ("2026-11-24T15:04:06.123456Z", "2026-11-24")
    assert DepthSnapshot.objects.get().phase_reason == "volatility_pause"


def test_the_indicative_price_is_told_while_it_moves_and_the_beginning_of_the_phase_stays():
    depth = projection()
    project(depth, book("IBM", 1, **CALLED))
    [moved] = project(depth, book("IBM", 2, time=SECOND_LATER, indicative_price=10**9, indicative_quantity=10**8, imbalance=0, **CALLED))
    assert (moved.seq, data(moved)["indicative_price"], data(moved)["imbalance"]) == (2, "10", "0")
    assert data(moved)["phase_since"] == "2026-11-24T15:04:05.123456Z"
    assert project(depth, book("IBM", 3, indicative_price=10**9, indicative_quantity=10**8, imbalance=0, **CALLED)) == []


def test_the_same_phase_begun_anew_has_a_new_beginning():
    depth = projection()
    project(depth, book("IBM", 1, **CALLED))
    [again] = project(depth, book("IBM", 2, time=SECOND_LATER, phase_reason="called again", **CALLED))
    assert data(again)["phase_since"] == "2026-11-24T15:04:06.123456Z"


def test_after_a_restart_from_a_whole_book_the_beginning_of_the_phase_is_the_rows():
    project(
        projection(), book("IBM", 1, phase_reason="calm down", **CALLED), book("IBM", 2, bids=[("10", "1", 1)], kind="snapshot", **CALLED)
    )
    again = projection()
    again.prepare({("book", 0): 2})
    whole = book("IBM", 2, bids=[("10", "1", 1)], kind="snapshot", time=SECOND_LATER, **CALLED)
    project(again, whole, start=1)
    project(again, book("IBM", 3, bids=[("9", "1", 1)], time=SECOND_LATER, **CALLED), start=2)
    row = DepthSnapshot.objects.get()
    assert (row.book_seq, row.phase_since, row.phase_reason) == (3, NOW, "calm down")


def test_a_phase_first_seen_in_a_whole_book_began_then_at_the_latest():
    project(projection(), book("IBM", 7, kind="snapshot", **CALLED))
    assert DepthSnapshot.objects.get().phase_since == NOW
