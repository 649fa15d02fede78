"""What must not depend on how much there is: cancel and replace in a crowded queue, a long sweep, a wide range of prices.

Each figure is the least processor time of several trials, small case and large case by turns; the ratio is what is wanted.
"""

import random
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from benchmarks.matching.contender import LOT, TICK
from benchmarks.matching.timing import quiet
from matching.domain.book import Rules
from matching.domain.engine import Engine
from schemas.messages import OrderCommand

TRIALS = 7
ACTIONS = 500

Case = tuple[Engine, list[OrderCommand]]


def order(number: int, side: str, lots: int, ticks: int) -> OrderCommand:
    """A limit order of its own id."""
    return OrderCommand("new", number, f"o{number}", "A", "X", number, side, "limit", "day", lots * LOT, ticks * TICK)


def filled(orders: list[OrderCommand]) -> Engine:
    """An engine that has taken these orders."""
    engine = Engine(Rules(TICK, LOT))
    for command in orders:
        engine.apply(command)
    return engine


def _microseconds(case: Case) -> float:
    engine, commands = case
    apply = engine.apply
    with quiet():
        start = time.thread_time()
        for command in commands:
            apply(command)
        return (time.thread_time() - start) * 1e6


def _compare(cases: dict[str, tuple[Callable[[], Case], int]], unit: str) -> dict[str, Any]:
    """Microseconds a unit of each case (what makes it, how many units it has) and how much dearer each is than the one before."""
    least = dict.fromkeys(cases, float("inf"))
    for _ in range(TRIALS):
        for name, (make, units) in cases.items():
            least[name] = min(least[name], _microseconds(make()) / units)
    ratios = {f"{after} against {before}": round(least[after] / least[before], 2) for before, after in pairwise(cases)}
    return {f"us_per_{unit}": {name: round(value, 3) for name, value in least.items()}, "ratio": ratios}


def _crowd(size: int, act: Callable[[int], OrderCommand]) -> Case:
    middle = range(size // 2 - ACTIONS // 2, size // 2 + ACTIONS // 2)
    numbers = list(middle)
    random.Random(size).shuffle(numbers)
    return filled([order(number, "sell", 2, 18_000) for number in range(size)]), [act(number) for number in numbers]


def _cancel(number: int) -> OrderCommand:
    return OrderCommand("cancel", number, f"o{number}", "A", "X", number)


def _smaller(number: int) -> OrderCommand:
    return OrderCommand("replace", number, f"o{number}", "A", "X", number, quantity=LOT)


def crowded(orders: int = 100_000) -> dict[str, Any]:
    """Cancel from the middle of one price's queue, and make orders there smaller, against a queue a hundred times shorter."""
    return {
        name: _compare({str(size): (lambda size=size, act=act: _crowd(size, act), ACTIONS) for size in (orders // 100, orders)}, name)
        for name, act in (("cancel", _cancel), ("replace", _smaller))
    }


def sweep(levels: int = 5_000) -> dict[str, Any]:
    """One order that takes so many levels, against one that takes a tenth of them."""

    def case(size: int) -> Case:
        return filled([order(number, "sell", 1, 10_000 + number) for number in range(size)]), [order(size, "buy", size, 10_000 + size)]

    return _compare({str(size): (lambda size=size: case(size), size) for size in (levels // 10, levels)}, "level")


def domain(orders: int = 100_000) -> dict[str, Any]:
    """Orders that enter, and half of which are canceled: at 100 neighboring prices, at 100 prices far apart, each at a price of its own.

    The first two have the same levels; the third has a level an order, wherever those prices lie.
    """
    chance = random.Random(5)
    near = [chance.randint(1, 100) for _ in range(orders)]
    apart = {price: chance.randint(1, 10**8) for price in range(1, 101)}
    own = chance.sample(range(1, 10**8), orders)
    gone = chance.sample(range(orders), orders // 2)

    def case(prices: list[int]) -> Case:
        entering = [order(number, "buy", 1, price) for number, price in enumerate(prices)]
        return filled([]), entering + [_cancel(number) for number in gone]

    spreads = {"dense": near, "sparse": [apart[price] for price in near], "each its own price": own}
    return _compare({name: (lambda prices=prices: case(prices), orders * 3 // 2) for name, prices in spreads.items()}, "event")
