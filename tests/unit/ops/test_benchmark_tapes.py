"""What the matching benchmark drives books with, and that the books it compares do the same."""

import pytest

from benchmarks.matching.contender import Bare, Ours, Plain
from benchmarks.matching.streams import MIXES, record
from benchmarks.matching.timing import drive

EVENTS = 3_000


@pytest.fixture(scope="module", params=MIXES)
def tape(request):
    return record(EVENTS, request.param)


def test_a_tape_is_the_same_every_time(tape) -> None:
    assert any(record(EVENTS, mix) == tape for mix in MIXES)


@pytest.mark.parametrize("mix", MIXES)
def test_a_tape_has_the_shares_its_name_says(mix) -> None:
    counts = record(EVENTS, mix).counts
    wanted = dict(zip(("passive", "cancel", "crossing"), map(int, mix.split("/")), strict=True))
    assert {kind: counts[kind] * 100 / EVENTS for kind in wanted} == pytest.approx(wanted, abs=3)


@pytest.mark.parametrize("contender", [Ours, Plain, Bare])
def test_our_engine_and_the_yardsticks_trade_what_the_tape_says(tape, contender) -> None:
    done = drive(contender(), tape)
    assert done.volume == tape.volumes[-1] > 0
    assert done.events == EVENTS


def test_our_engine_leaves_resting_what_the_tape_says(tape) -> None:
    ours = Ours()
    drive(ours, tape)
    assert len(ours.engine.orders) == tape.resting
