"""The plain tapes on the engine as it was before it knew more than limit orders and cancels, against today's: what the others cost it.

The earlier engine comes out of the history (`git archive`) into a folder that is gone afterwards. Both run in processes of their own, which
find `matching` and `schemas` in that folder or in the checkout, by turns: `python before.py ROOT EVENTS` prints the batches' seconds.
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
TURNS, PASSES = 5, 3


def measure(events: int, turns: int = TURNS) -> dict[str, Any]:
    """Rates of both and how much slower today's is; says why when it cannot.

    The least processor time of each batch over all turns is what counts: a neighbour on the machine does not hit one batch every time.
    """
    archive = subprocess.run(["git", "archive", COMMIT, "matching", "schemas"], cwd=CHECKOUT, capture_output=True, check=False)
    if archive.returncode:
        return {"skipped": f"commit {COMMIT} is not in this checkout's history"}
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
            packed.extractall(folder, filter="data")
        runs = [{"before": _child(folder, events), "now": _child(str(CHECKOUT), events)} for _ in range(turns)]
    return {mix: _compare([{when: run[when][mix] for when in run} for run in runs], events) for mix in runs[0]["now"]}


def _compare(runs: list[dict[str, list[float]]], events: int) -> dict[str, Any]:
    least = {when: sum(min(batch) for batch in zip(*(run[when] for run in runs), strict=True)) for when in ("before", "now")}
    turns = [_percent(sum(run["before"]), sum(run["now"])) for run in runs]
    return {when: round(events / seconds) for when, seconds in least.items()} | {
        "percent_slower": _percent(least["before"], least["now"]),
        "of_single_turns": {"worst": max(turns), "best": min(turns)},
    }


def _percent(before: float, now: float) -> float:
    return round(100 * (now / before - 1), 1)


def _child(root: str, events: int) -> dict[str, list[float]]:
    command = [sys.executable, __file__, root, str(events)]
    return json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)


def _in_this_process(root: str, events: int) -> dict[str, list[float]]:
    sys.path[0] = root  # instead of this file's folder
    sys.path.append(str(CHECKOUT))
    from benchmarks.matching import contender, streams, timing  # noqa: PLC0415 - once it is said which engine
    from matching.domain import engine  # noqa: PLC0415

    assert Path(engine.__file__).is_relative_to(root)
    least = {}
    for mix in streams.MIXES:
        tape = streams.record(events, mix)
        passes = [timing.drive(contender.Ours(), tape).processor for _ in range(PASSES)]
        least[mix] = [min(batch) for batch in zip(*passes, strict=True)]
    return least


if __name__ == "__main__":
    print(json.dumps(_in_this_process(sys.argv[1], int(sys.argv[2]))))
