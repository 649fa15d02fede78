"""A process of its own that only imports the engine and lets orders rest: memory, the pause for a snapshot, the time to come back.

`python -m benchmarks.matching.resting [ORDERS]` prints JSON; `measure` runs that.
"""

import gc
import hashlib
import json
import os
import random
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

from benchmarks.matching import flat
from matching.domain import state

ORDERS = 100_000
CHECKOUT = Path(__file__).resolve().parents[2]
MIB = 2**20
WORKERS_THRESHOLDS = (50_000, 20, 50)
"""As `oms_site.tasks` sets them for workers."""


def measure(orders: int = ORDERS, runs: int = 3) -> dict[str, Any]:
    """Worst and best of several processes."""
    command = [sys.executable, "-m", "benchmarks.matching.resting", str(orders)]
    found = [json.loads(subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout) for _ in range(runs)]
    return {"orders": orders} | {
        name: {"worst": max(run[name] for run in found), "best": min(run[name] for run in found)} for name in found[0]
    }


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


def _in_this_process(orders: int) -> dict[str, float]:
    chance = random.Random(9)
    before = _resident()
    engine = flat.filled([])
    for number in range(orders):  # one at a time: a command is forgotten once it is applied
        side = chance.choice(("buy", "sell"))
        engine.apply(flat.order(number, side, chance.randint(1, 10), 18_000 - chance.randint(1, 1_000) * (1 if side == "buy" else -1)))
    gc.collect()
    resting = _resident()
    gc.freeze()
    gc.set_threshold(*WORKERS_THRESHOLDS)
    figures = {"resident_mib": round(resting, 1), "of_that_orders_mib": round(resting - before, 1)}
    return figures | _snapshot(engine)


def _snapshot(engine: Any) -> dict[str, float]:
    """The worker's steps between two batches (all but handing the bytes to the database), and the way back."""
    from orjson import dumps  # noqa: PLC0415 - not before memory is measured

    clock = time.perf_counter
    start = clock()
    dumped = state.dump(engine)
    dump = clock() - start
    plain = dumps(dumped)
    payload = zlib.compress(plain, 1)
    hashed = hashlib.sha256(plain).hexdigest() + hashlib.sha256(payload).hexdigest()
    pause = clock() - start
    del dumped, plain
    copy = flat.filled([])
    start = clock()
    read = zlib.decompress(payload)
    assert hashed.startswith(hashlib.sha256(read).hexdigest())
    state.restore(copy, json.loads(read))
    back = clock() - start
    assert state.digest(copy) == state.digest(engine)
    return {
        "dump_ms": round(dump * 1e3, 1),
        "pause_ms": round(pause * 1e3, 1),
        "recovery_ms": round(back * 1e3, 1),
        "snapshot_mib": round(len(payload) / MIB, 2),
    }


if __name__ == "__main__":
    print(json.dumps(_in_this_process(int(sys.argv[1]) if sys.argv[1:] else ORDERS)))
