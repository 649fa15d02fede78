"""What may grow with the book and what may not, counted in lines run."""

from collections.abc import Callable

import pytest

from tests.unit.matching.costs import lines_run
from tests.unit.matching.script import command
from tests.unit.matching.subject import Subject

SMALL, LARGE = 300, 3_000
SIDES = ("buy", "sell")


def filled(lines: Callable[[int], str], count: int, *more: str) -> Subject:
    """An engine that was sent a line for each number, then `more`."""
    subject = Subject()
    for number in range(count):
        subject.engine.apply(command(lines(number)))
    for line in more:
        subject.engine.apply(command(line))
    return subject


def cost(subject: Subject, line: str, events: int) -> int:
    """Of one command, which must be answered with so many events."""
    sent = command(line)
    answers: list[list] = []
    counted = lines_run(lambda: answers.append(subject.engine.apply(sent)))
    assert len(answers[0]) == events
    return counted


LINEAR = {
    "a chain of stops, each elected by the one before": (
        lambda n: f"sell m{n} 1 @{10 + n}.00",
        lambda size: [*(f"buy s{n} 1 stop {10 + n}.00" for n in range(size - 1))],
        lambda size: ("buy t 1", 2 * size),
    ),
    "stops that one trade elects": (
        lambda n: f"buy s{n} 1 stop 10.00",
        lambda size: [f"sell m {size + 1} @10.00"],
        lambda size: ("buy t 1", 2 + 2 * size),
    ),
    "slices of one iceberg": (
        lambda n: f"buy far{n} 1 @1.00",
        lambda size: [f"sell ice {size} @10.00 show 1"],
        lambda size: (f"buy t {size}", 1 + size),
    ),
    "icebergs that take turns": (
        lambda n: f"sell i{n} 3 @10.00 show 1",
        lambda size: [],
        lambda size: (f"buy t {3 * size}", 1 + 3 * size),
    ),
    "own orders in the way": (
        lambda n: f"sell m{n} 1 @10.00 as ME",
        lambda size: [],
        lambda size: ("buy t 1 @10.00 as ME stp cancel_oldest", 1 + size),
    ),
    "a fill-or-kill that just fills": (
        lambda n: f"sell m{n} 1 @{10 + n}.00",
        lambda size: [],
        lambda size: (f"buy t {size} fok", 1 + size),
    ),
    "a fill-or-kill that just does not": (
        lambda n: f"sell m{n} 1 @{10 + n}.00",
        lambda size: [],
        lambda size: (f"buy t {size + 1} fok", 2),
    ),
    "a mass cancel": (
        lambda n: f"sell m{n} 1 @{10 + n}.00 as ME",
        lambda size: [],
        lambda size: ("mass_cancel as ME", size),
    ),
    "the end of a day": (
        lambda n: f"sell m{n} 1 @{10 + n}.00",
        lambda size: [],
        lambda size: ("phase closed 2026-01-05", 1 + size),
    ),
    "an uncross": (
        lambda n: f"buy b{n} 1 @{10 + n}.00",
        lambda size: [
            "mass_cancel",
            "phase auction",
            *(f"{side} {side}{n} 1 @{100 + n}.00" for n in range(size) for side in ("buy", "sell")),
        ],
        lambda size: ("uncross", size // 2 + size % 2),
    ),
}


@pytest.mark.parametrize("name", LINEAR)
def test_a_command_costs_in_proportion_to_what_it_does(name: str) -> None:
    """And none of these recurses: ten times as much is no deeper."""
    lines, then, last = LINEAR[name]
    costs = [cost(filled(lines, size, *then(size)), *last(size)) for size in (SMALL, LARGE)]
    assert costs[1] < 14 * costs[0]


FLAT = {
    "a trade far from every stop": (lambda n: f"buy s{n} 1 stop {100 + n}.00", ["sell a 5 @10.00"], "buy t 1", 2),
    "a new stop": (lambda n: f"buy s{n} 1 stop {100 + n % 7}.00", [], "buy t 1 stop 103.00", 1),
    "the cancel of a stop": (lambda n: f"buy s{n} 1 stop {100 + n % 7}.00", [], "cancel s150", 1),
    "a plain trade beside a deep book": (lambda n: f"buy b{n} 1 @{1 + n}.00", ["sell a 5 @10000.00"], "buy t 1 @10000.00", 2),
    "the replace of an iceberg": (lambda n: f"sell i{n} 5 @10.00 show 1", [], "replace i150 4", 1),
    "an order for a called auction": (lambda n: f"buy b{n} 1 @{1 + n}.00", ["phase auction"], "buy t 1 @5000.00", 1),
}


@pytest.mark.parametrize("name", FLAT)
def test_what_only_waits_costs_nothing(name: str) -> None:
    lines, then, line, events = FLAT[name]
    costs = [cost(filled(lines, size, *then), line, events) for size in (SMALL, LARGE)]
    assert costs[1] <= costs[0] * 1.5 + 20


def test_far_prices_cost_no_more_than_near_ones() -> None:
    near, far = (cost(filled(lambda n, step=step: f"sell m{n} 1 @{10 + n * step}.00", 1_000), "buy t 1000", 1_001) for step in (1, 100_000))
    assert far <= near * 1.2
