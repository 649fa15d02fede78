"""The matching engine alone, in this process: `python -m benchmarks.bench_matching [EVENTS]`.

Deterministic streams of limit orders and cancels (the same on every machine), timed as a whole and event by event; then the worker's fold
with its messages, one crowded price, a long sweep, a wide price domain, and a snapshot and recovery of 100,000 resting orders.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import machine
from matching.domain import state
from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Position
from schemas.messages import OrderCommand

EVENTS = 1_000_000
SHARE = 10**8
CENT = 10**6
MIXES = {"60 passive, 35 cancel, 5 crossing": (0.60, 0.35), "43 passive, 7 cancel, 50 crossing": (0.43, 0.07)}


def limit(number: int, side: str, quantity: int, cents: int, tif: str = "day") -> OrderCommand:
    """A limit order of its own id."""
    return OrderCommand("new", number, f"o{number}", "A", "X", number, side, "limit", tif, quantity * SHARE, cents * CENT)


def stream(events: int, passive: float, cancel: float, seed: int = 1) -> list[OrderCommand]:
    """`events` commands: passive orders within 50 ticks of the middle, cancels of random open ones, crossing IOC orders."""
    chance = random.Random(seed)
    commands: list[OrderCommand] = []
    live: list[str] = []
    for number in range(events):
        kind, side = chance.random(), chance.choice(("buy", "sell"))
        toward = 1 if side == "buy" else -1
        if kind < passive or not live:
            commands.append(limit(number, side, chance.randint(1, 10), 18_000 - toward * chance.randint(1, 50)))
            live.append(commands[-1].id)
        elif kind < passive + cancel:
            place = chance.randrange(len(live))
            live[place], live[-1] = live[-1], live[place]
            commands.append(OrderCommand("cancel", number, live.pop(), "A", "X", number))
        else:
            commands.append(limit(number, side, chance.randint(1, 10), 18_000 + toward * 5, "ioc"))
    return commands


@contextmanager
def quiet() -> Iterator[None]:
    """What exists is frozen and no collection interrupts: as the workers run, which collect between batches."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    with quiet():
        start = time.perf_counter()
        action()
        return time.perf_counter() - start


def run(engine: Engine, commands: list[OrderCommand]) -> None:
    """Apply them all."""
    apply = engine.apply
    for command in commands:
        apply(command)


def each(engine: Engine, commands: list[OrderCommand]) -> list[float]:
    """Microseconds each command took."""
    apply, clock, times = engine.apply, time.perf_counter_ns, []
    with quiet():
        for command in commands:
            start = clock()
            apply(command)
            times.append((clock() - start) / 1_000)
    return times


def _engine() -> Engine:
    return Engine(Rules(CENT, SHARE))


def _stream_figures(commands: list[OrderCommand]) -> dict[str, Any]:
    best = min(seconds(lambda: run(_engine(), commands)) for _ in range(3))
    times = sorted(each(_engine(), commands))
    return {
        "events_per_second": round(len(commands) / best),
        "us": {name: round(machine.percentile(times, share), 2) for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))},
        "longest_pause_ms": round(times[-1] / 1_000, 2),
    }


def _fold_figures(commands: list[OrderCommand]) -> dict[str, Any]:
    known = OrderCommand("instrument", 0, "", "", "X", 0, attributes={"tick": CENT, "lot": SHARE})
    log = [Delivery(Position("orders.validated", 0, offset), command, 0) for offset, command in enumerate([known, *commands])]
    live, replayed = MatchingFold(0), MatchingFold(0)
    handling = seconds(lambda: [live.handle(delivery, 0) and None for delivery in log])
    recovery = seconds(lambda: [replayed.recover(delivery) for delivery in log])
    assert live.state_hash() == replayed.state_hash()
    return {"us_per_command": round(handling / len(log) * 1e6, 1), "replayed_per_second": round(len(log) / recovery)}


def _crowded(orders: int) -> dict[str, float]:
    """Cancel from the middle of one price's queue, against a queue a hundred times shorter."""
    figures = {}
    for size in (orders // 100, orders):
        engine = _engine()
        run(engine, [limit(number, "sell", 1, 18_000) for number in range(size)])
        middle = range(size // 2, size // 2 + 500)
        cancels = [OrderCommand("cancel", 0, f"o{number}", "A", "X", 0) for number in middle]
        figures[f"us_per_cancel_of_{size}"] = round(seconds(lambda engine=engine, cancels=cancels: run(engine, cancels)) / 500 * 1e6, 2)
    return figures


def _sweep(levels: int) -> dict[str, float]:
    figures = {}
    for size in (levels // 10, levels):
        engine = _engine()
        run(engine, [limit(number, "sell", 1, 10_000 + number) for number in range(size)])
        taker = limit(size, "buy", size, 10_000 + size)
        figures[f"us_per_level_of_{size}"] = round(seconds(lambda engine=engine, taker=taker: engine.apply(taker)) / size * 1e6, 2)
    return figures


def _domain(orders: int) -> dict[str, int]:
    """Orders per second when every order has a price of its own, against 100 prices."""
    chance = random.Random(5)
    spans = {"dense": 100, "sparse": 100_000_000}
    rates = {}
    for name, span in spans.items():
        commands = [limit(number, "buy", 1, chance.randint(1, span)) for number in range(orders)]
        rates[name] = round(orders / min(seconds(lambda commands=commands: run(_engine(), commands)) for _ in range(3)))
    return rates


def _snapshot(orders: int) -> dict[str, float]:
    engine, copy = _engine(), _engine()
    chance = random.Random(9)
    run(engine, [limit(number, "buy", 1, chance.randint(17_000, 17_999)) for number in range(orders)])
    kept: list[dict[str, Any]] = []
    pause = seconds(lambda: kept.append(state.dump(engine)))
    text = json.dumps(kept[0])
    back = seconds(lambda: state.restore(copy, json.loads(text)))
    assert state.digest(copy) == state.digest(engine)
    return {"orders": orders, "dump_ms": round(pause * 1_000), "restore_ms": round(back * 1_000), "mib": round(len(text) / 2**20, 1)}


def measure(events: int = EVENTS) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {}
    for name, (passive, cancel) in MIXES.items():
        commands = stream(events, passive, cancel)
        figures[name] = _stream_figures(commands)
        figures[name]["worker"] = _fold_figures(commands[: events // 10])
    return figures | {
        "one price": _crowded(100_000),
        "sweep": _sweep(5_000),
        "price domain": _domain(100_000),
        "snapshot": _snapshot(100_000),
    }


if __name__ == "__main__":
    print(json.dumps(machine.keep("matching", measure(int(sys.argv[1]) if sys.argv[1:] else EVENTS)), indent=2))
