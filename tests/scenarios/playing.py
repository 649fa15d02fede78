"""Plays a scenario at one level and writes down what the owner is told after each step, beside what the file says."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Protocol

from matching.domain.engine import Engine
from tests.scenarios.commands import OWNER, units
from tests.scenarios.files import Play
from tests.scenarios.notation import Told


class Level(Protocol):
    """One way to play: a method for each `actor verb` of the files (`trader_enters`), and the news since it was asked last."""

    by_rest: bool
    """Whether what REST refuses goes no further here."""
    sees: bool
    """False while nothing can be seen of what happens: it is told later."""

    def news(self) -> list[Told]:
        """What the owner of order X has been told since."""


def play_stepwise(play: Play, level: Level) -> None:
    """Do every step and compare what is told after each. AssertionError shows both, from the first step on."""
    expected: list[str] = []
    actual: list[str] = []
    due: list[Told] = []
    for step in play.steps:
        getattr(level, step.ask.method)(step)
        due += step.heard(by_rest=level.by_rest)
        if not level.sees:
            continue
        said, heard = side_by_side(due, level.news())
        due.clear()
        expected += [step.sentence, *said]
        actual += [step.sentence, *heard]
        assert actual == expected, shown(play, actual, expected)


def standing(engine: Engine, told: Sequence[Told]) -> None:
    """What rests at the end is what was told last: X with its leaves at its place while it is open, nothing of it once it is closed.

    X is the only buyer of every play.
    """
    last = {line.order: line for line in told}
    left = {order: units(line.leaves) for order, line in last.items() if line.leaves != "0"}
    assert {order.id: order.leaves for order in engine.orders.values() if order.account == OWNER} == left
    bids = {level.price: level.quantity for book in engine.books.values() for level in book.bids.in_order()}
    prices = {order: units(line.named["price"]) for order, line in last.items() if order in left}
    assert bids == {prices[order]: leaves for order, leaves in left.items()}


def side_by_side(expected: Sequence[Told], actual: Sequence[Told]) -> tuple[list[str], list[str]]:
    """Both as text, each pair of lines with the values that the file names and the level knows."""
    said, heard = [], []
    for line, told in zip_longest(expected, actual):
        names = [name for name in (line.named if line else ()) if told is None or name in told.named]
        said += [line.text(names)] if line else []
        heard += [told.text(names)] if told else []
    return said, heard


def shown(play: Play, actual: Iterable[str], expected: Iterable[str]) -> str:
    """Both transcripts, for people."""
    return "\n".join([play.key, "the file says:", *expected, "it was told:", *actual])
