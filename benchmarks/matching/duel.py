"""Our engine, the yardsticks and the peers on one tape, by turns, so that what the machine does meanwhile meets them all."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.matching.contender import Bare, Contender, Ours, Plain
from benchmarks.matching.streams import Tape
from benchmarks.matching.timing import NEVER, Pass, drive

ROUNDS = 3
BUDGET_S = 15.0
"""A peer's pass ends after so much processor time: some search their queues and would need very long. As books grow slower while they fill,
a rate of the first part of a tape flatters them."""

OURS, PLAIN, BARE = "ours", "plain engine", "bare book"


def fight(tape: Tape, peers: Mapping[str, Callable[[], Contender]], rounds: int = ROUNDS) -> dict[str, Any]:
    """Rates of each, and ours against the yardsticks and against the fastest peers, round by round.

    A peer not half as fast as the fastest of its group (`_rivals`) in the first round is not run again.
    """
    entrants: dict[str, Callable[[], Contender]] = {OURS: Ours, PLAIN: Plain, BARE: Bare, **peers}
    groups = _rivals(list(peers))
    passes: dict[str, list[Pass]] = {name: [] for name in entrants}
    for number in range(rounds):
        again = {name for names in groups.values() for name in _in_the_running(names, passes)} if number else set(peers)
        for name, make in entrants.items():
            if name in again or name not in peers:
                passes[name].append(drive(make(), tape, BUDGET_S if name in peers else NEVER))
    return {"books": {name: _row(tape, runs) for name, runs in passes.items()}, "against": _against(passes, groups)}


def _in_the_running(names: list[str], passes: Mapping[str, list[Pass]]) -> list[str]:
    fastest = max(passes[name][0].rate for name in names)
    return [name for name in names if passes[name][0].rate * 2 >= fastest]


def _row(tape: Tape, runs: list[Pass]) -> dict[str, Any]:
    rates = [run.rate for run in runs]
    wrong = [run for run in runs if run.volume != tape.volumes[run.events - 1]]
    row: dict[str, Any] = {"worst": round(min(rates)), "best": round(max(rates)), "runs": len(runs)}
    row["volume"] = f"differs: {wrong[0].volume} lots, not {tape.volumes[wrong[0].events - 1]}" if wrong else "agrees"
    done = min(run.events for run in runs)
    return row if done == len(tape.events) else row | {"stopped_after_events": done}


def _against(passes: Mapping[str, list[Pass]], groups: Mapping[str, list[str]]) -> dict[str, Any]:
    """Ratios of processor time within a round, worst and best of the rounds, and who was the fastest: above 1 ours is faster."""
    found = {}
    for label, names in {PLAIN: [PLAIN], BARE: [BARE], **groups}.items():
        ratios, who = [], set()
        for number, mine in enumerate(passes[OURS]):
            rates = {name: passes[name][number].processor_rate for name in names if number < len(passes[name])}
            fastest = max(rates, key=lambda name: rates[name])
            who.add(fastest)
            ratios.append(mine.processor_rate / rates[fastest])
        found[label] = {"worst": round(min(ratios), 2), "best": round(max(ratios), 2), "who": sorted(who)}
    return found


def _rivals(peers: list[str]) -> dict[str, list[str]]:
    beforehand = [name for name in peers if "beforehand" in name or name == "lightmatchingengine"]
    as_they_come = [name for name in peers if "beforehand" not in name]
    python = [name for name in as_they_come if name in {"pyorderbook", "lightmatchingengine"}]
    labels = ("fastest peer", "fastest peer, its orders made beforehand", "fastest peer in Python")
    return {label: names for label, names in zip(labels, (as_they_come, beforehand, python), strict=True) if names}
