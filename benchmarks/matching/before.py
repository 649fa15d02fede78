"""The plain tapes on the engine as it was before it knew more than limit orders and cancels, against today's: what the others cost it.

The earlier engine comes out of the history (`git archive`) into a folder that is gone afterwards. Both run in processes of their own, which
find `matching` and `schemas` in that folder or in the checkout, by turns: `python before.py ROOT EVENTS` prints the rate of each tape.
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

COMMIT = "3dd7509"
"""The last one with limit and market orders only."""

CHECKOUT = Path(__file__).resolve().parents[2]
TURNS = 5


def measure(events: int, turns: int = TURNS) -> dict[str, Any]:
    """Rates of both, and how much slower today's is: of the best, and the worst and best of all turns. Says why when it cannot."""
    archive = subprocess.run(["git", "archive", COMMIT, "matching", "schemas"], cwd=CHECKOUT, capture_output=True, check=False)
    if archive.returncode:
        return {"skipped": f"commit {COMMIT} is not in this checkout's history"}
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
            packed.extractall(folder, filter="data")
        runs = [{"before": _child(folder, events), "now": _child(str(CHECKOUT), events)} for _ in range(turns)]
    return {mix: _compare([{when: run[when][mix] for when in run} for run in runs]) for mix in runs[0]["now"]}


def _compare(runs: list[dict[str, float]]) -> dict[str, Any]:
    best = {when: max(run[when] for run in runs) for when in ("before", "now")}
    slower = sorted(100 * (run["before"] / run["now"] - 1) for run in runs)
    return {when: round(rate) for when, rate in best.items()} | {
        "percent_slower": {
            "best_against_best": round(100 * (best["before"] / best["now"] - 1), 1),
            "median": round(slower[len(slower) // 2], 1),
            "worst": round(slower[-1], 1),
            "best": round(slower[0], 1),
        }
    }


def _child(root: str, events: int) -> dict[str, float]:
    command = [sys.executable, __file__, root, str(events)]
    return json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)


def _in_this_process(root: str, events: int) -> dict[str, float]:
    sys.path[0] = root  # instead of this file's folder
    sys.path.append(str(CHECKOUT))
    from benchmarks.matching import contender, streams, timing  # noqa: PLC0415 - once it is said which engine
    from matching.domain import engine  # noqa: PLC0415

    assert Path(engine.__file__).is_relative_to(root)
    rates = {}
    for mix in streams.MIXES:
        tape = streams.record(events, mix)
        rates[mix] = max(timing.drive(contender.Ours(), tape).rate for _ in range(2))
    return rates


if __name__ == "__main__":
    print(json.dumps(_in_this_process(sys.argv[1], int(sys.argv[2]))))
