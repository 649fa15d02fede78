"""The matching engine alone, in one run: `python -m benchmarks.bench_matching [EVENTS]`.

On deterministic tapes of limit orders and cancels: our engine, two yardsticks that say what the machine can do, and the matching engines of
the package index, by turns; every event's own time and the longest pause; what must not depend on how much there is; the engine before it
knew its other order types; the worker's fold; memory, snapshot and recovery of 100,000 resting orders. A run of full length is kept in
`benchmarks/results` and written into `docs/benchmarks.md`.
"""

import sys
from collections.abc import Callable
from typing import Any

from benchmarks import machine, page
from benchmarks.matching import before, duel, flat, resting
from benchmarks.matching.contender import LOT, TICK, Bare, Contender, Ours, Plain, command
from benchmarks.matching.peers import present
from benchmarks.matching.streams import MIXES, Tape, record
from benchmarks.matching.timing import each, seconds
from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Position
from schemas.messages import OrderCommand

EVENTS = 1_000_000
RUNS = 3
MACHINE_RATES = {"60/35/5": 0.45 / 0.47, "43/7/50": 0.45 / 0.50}
"""Mix -> what our rate must be to that of a plain engine."""


def measure(events: int = EVENTS) -> dict[str, Any]:
    """All figures."""
    peers, refused = present()
    figures: dict[str, Any] = {"events": events, "load_before": machine.load(), "not_measured": refused, "tapes": {}}
    for mix in MIXES:
        tape = record(events, mix)
        figures["tapes"][mix] = {
            "tape": tape.counts | {"fills": tape.fills, "left_resting": tape.resting},
            **duel.fight(tape, peers),
            "latency": {name: _latency(make, tape) for name, make in ((duel.OURS, Ours), (duel.PLAIN, Plain), (duel.BARE, Bare))},
            "worker": _fold(tape.events[: events // 10]),
        }
    return figures | {
        "crowded price": flat.crowded(),
        "sweep": flat.sweep(),
        "price domain": flat.domain(),
        "before other order types": before.measure(events // 10),
        "resting": resting.measure(),
        "load_after": machine.load(),
    }


def rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What, measured, wanted: worst figures first, best beside."""
    made: list[tuple[str, str, str]] = []
    for mix, found in figures["tapes"].items():
        made += _tape_rows(mix, found)
    made += [(f"not measured: {package}", why, "") for package, why in figures["not_measured"].items()]
    for name, found in figures["crowded price"].items():
        made.append((f"{name} among 100,000 orders at a price / among 1,000", _ratios(found), "flat"))
    made.append(("a level of a sweep of 5,000 / of 500", _ratios(figures["sweep"]), "linear"))
    made.append(("an event on wide prices / on dense ones", _ratios(figures["price domain"]), "1.20 or less"))
    made += _before_rows(figures["before other order types"])
    held = figures["resting"]
    for name, label, wanted in (
        ("pause_ms", "snapshot of 100,000 resting orders pauses", "250 ms or less"),
        ("recovery_ms", "they are back after", "5,000 ms or less"),
        ("resident_mib", "a process that holds them (MiB)", "120 or less"),
    ):
        made.append((label, f"{held[name]['worst']} (best {held[name]['best']})", wanted))
    return made


def _tape_rows(mix: str, found: dict[str, Any]) -> list[tuple[str, str, str]]:
    wanted = {duel.PLAIN: f"{MACHINE_RATES[mix]:.2f} or more", duel.BARE: "", "fastest peer in Python": ""}
    made = []
    for name, row in found["books"].items():
        part = f", first {row['stopped_after_events']:,} events" if "stopped_after_events" in row else ""
        volume = "" if row["volume"] == "agrees" else f"; volume {row['volume']}"
        made.append((f"{mix}: {name}", f"{row['worst']:,} events/s (best {row['best']:,}){part}{volume}", ""))
    for label, ratio in found["against"].items():
        who = "" if ratio["who"] == [label] else f", {' and '.join(name.split(',')[0] for name in ratio['who'])}"
        made.append((f"{mix}: ours / {label}", f"{ratio['worst']} (best {ratio['best']}{who})", wanted.get(label, "1.50 or more")))
    us = found["latency"][duel.OURS]
    tail = " / ".join(f"{us[name]['worst']} (best {us[name]['best']})" for name in ("p50_us", "p99_us", "p99.9_us"))
    made.append((f"{mix}: p50 / p99 / p99.9 in us", tail, "p99 8 or less"))
    pause = us["longest_pause_ms"]
    made.append((f"{mix}: longest pause in ms", f"{pause['worst']} (best {pause['best']})", "20 or less"))
    return made


def _before_rows(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if "skipped" in found:
        return [("slower than before the other order types", found["skipped"], "5 % or less")]
    return [
        (
            f"{mix}: slower than before the other order types",
            f"{row['percent_slower']} % (single turns {row['of_single_turns']['best']} to {row['of_single_turns']['worst']})",
            "5 % or less",
        )
        for mix, row in found.items()
    ]


def _ratios(found: dict[str, Any]) -> str:
    return ", ".join(f"{ratio} ({what})" for what, ratio in found["ratio"].items())


def _latency(make: Callable[[], Contender], tape: Tape) -> dict[str, dict[str, float]]:
    """Worst and best of the runs; a pause is the longest event or the longest collection between two batches."""
    runs = []
    for _ in range(RUNS):
        found = each(make(), tape)
        times = found.microseconds
        runs.append(
            {
                **{f"{name}_us": _rank(times, per_mille) for name, per_mille in (("p50", 500), ("p99", 990), ("p99.9", 999))},
                "longest_event_ms": times[-1] / 1e3,
                "longest_collection_ms": found.longest_collection_ms,
                "longest_pause_ms": max(times[-1] / 1e3, found.longest_collection_ms),
                "full_collection_ms": found.full_collection_ms,
            }
        )
    return {name: {"worst": round(max(run[name] for run in runs), 2), "best": round(min(run[name] for run in runs), 2)} for name in runs[0]}


def _rank(ordered: list[float], per_mille: int) -> float:
    """Nearest rank in what is sorted already."""
    return ordered[-(-per_mille * len(ordered) // 1_000) - 1]


def _fold(events: list[Any]) -> dict[str, Any]:
    """The worker's own part, messages built: microseconds a command, and what a replay does."""
    known = OrderCommand("instrument", 0, "", "", "X", 0, attributes={"tick": TICK, "lot": LOT})
    log = [Delivery(Position("orders.validated", 0, at), told, 0) for at, told in enumerate([known, *map(command, events)])]
    live, replayed = MatchingFold(0), MatchingFold(0)
    handling = seconds(lambda: [live.handle(delivery, 0) and None for delivery in log])
    recovery = seconds(lambda: [replayed.recover(delivery) for delivery in log])
    assert live.state_hash() == replayed.state_hash()
    return {"us_per_command": round(handling / len(log) * 1e6, 1), "replayed_per_second": round(len(log) / recovery)}


def main(events: int) -> None:
    """Measure and print; a whole run is kept, and written into the page."""
    figures = measure(events)
    told = rows(figures)
    if events == EVENTS:
        machine.keep("matching", figures)
        page.write(
            "matching", page.table(machine.kept("matching"), told, of=f"{events:,} events a tape", measured="measured: worst (best)")
        )
    width = max(len(what) for what, _, _ in told)
    for what, measured, wanted in told:
        print(f"{what:<{width}}  {measured}" + (f"  [wanted: {wanted}]" if wanted else ""))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else EVENTS)
