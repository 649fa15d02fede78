"""The dumped state: complete, plain, and the same for engines that are alike."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import strategies as st

from matching.domain import state
from matching.domain.engine import Engine
from tests.unit.matching.drawing import Desk, draw
from tests.unit.matching.holding import holds
from tests.unit.matching.script import said
from tests.unit.matching.streams import Stream, seeded, started
from tests.unit.matching.subject import Subject
from tests.unit.matching.test_properties import assert_consistent

ROOT = Path(__file__).resolve().parents[3]
CUTS = 20


def restored(from_engine: Engine) -> Engine:
    """A new engine out of the other's state, by way of JSON text."""
    made = Engine()
    state.restore(made, json.loads(json.dumps(state.dump(from_engine))))
    return made


@holds(cut=st.integers(0, 50))
def test_snapshot_and_tail_end_as_the_whole_log_does(stream: Stream, cut: int) -> None:
    whole, first, second = Subject(), Subject(), Subject()
    for sent in stream[:cut]:
        whole.apply(sent)
        first.apply(sent)
    second.engine = restored(first.engine)
    assert state.digest(second.engine) == state.digest(first.engine)
    for sent in stream[cut:]:
        assert second.apply(sent) == whole.apply(sent)
    assert state.dump(second.engine) == state.dump(whole.engine)
    assert list(second.engine.orders) == list(whole.engine.orders)
    for book in second.engine.books.values():
        assert_consistent(book)


@pytest.mark.parametrize("seed", range(5))
def test_genesis_snapshots_of_20_cuts_with_their_tails_and_the_live_engine_have_one_hash(seed: int) -> None:
    stream = seeded(seed, 600)
    cuts = sorted(random.Random(seed).sample(range(len(stream)), CUTS))
    live, genesis = started(Engine()), started(Engine())
    copies: list[Engine] = []
    for number, sent in enumerate(stream):
        if number in cuts:
            copies.append(restored(live))
        for one in (live, *copies):
            one.apply(sent)
    for sent in stream:
        genesis.apply(sent)
    assert len(copies) == CUTS
    assert {state.digest(one) for one in (live, genesis, *copies)} == {state.digest(live)}


def test_an_id_used_again_is_another_order_after_a_restore_too() -> None:
    """What was said of the first order of an id (it ended unfilled) is not true of the second."""
    live, copy = Subject(), Subject()
    for line in ("sell m 2 @10", "buy a 3 @10 ioc", "correct a X1 2 @10 to 2 @9.99", "sell n 1 @10", "buy a 1 @10"):
        said(live, line)
    copy.engine = restored(live.engine)
    assert said(copy, "bust a X2 1 @10") == said(live, "bust a X2 1 @10") == ["trade_changed a X2 0 cum 0 leaves 1"]


@holds()
def test_two_engines_say_and_become_the_same(stream: Stream) -> None:
    one, other = Subject(), Subject()
    for sent in stream:
        assert one.apply(sent) == other.apply(sent)
    assert state.digest(one.engine) == state.digest(other.engine)


def test_the_order_of_sets_and_dictionaries_of_a_process_does_not_matter() -> None:
    """Python's hashes of words differ from process to process; what the engine says and becomes does not."""
    told = set()
    for seed in ("0", "1", "4711", "random"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        child = [sys.executable, "-m", "tests.unit.matching.printed", "40"]
        told.add(subprocess.run(child, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert len(told) == 1
    assert len(told.pop().splitlines()) == 40


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


KNOWN = """
buy a 3 @10.00 gtc
sell b 1 @10.00
sell c 5 @10.10 show 2 until 2026-01-06 stp decrement group FIRM day 2026-01-05
buy d 2 @10.00 at_close
sell e 1 stop 9.00 @8.99
buy f 1 trail 0.05 ioc
instrument band 0.05 reference 10.00 on Y
phase auction opening 2026-01-05
buy g 1 at_open
"""


def test_the_hash_of_a_known_state_is_this_one() -> None:
    """The same on every machine and in every release of this format; a change of it needs a new format number."""
    subject = Subject()
    for line in KNOWN.strip().splitlines():
        said(subject, line)
    assert state.FORMAT == 2
    assert state.digest(subject.engine) == "fd8cd7fc56b0628184ffdd369335858d525615ba5527dec16474e44eb9944c92"
