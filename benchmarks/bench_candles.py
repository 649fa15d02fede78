"""Candles of 100 symbols from 10,000 prints a second: `python -m benchmarks.bench_candles [SECONDS]`, on the test stack's PostgreSQL.

Open model: the prints of each moment are due whether or not the batch before is written. A batch is what came since the one before, at the
pace of the market's worker. Processor time is that of the projection (from records as they lie in the log to frames for the stream) and of
its session in PostgreSQL, each as the kernel counts it. The live bars of one interval are made as if somebody followed every symbol; the
broker and the sending are not in it.
"""

import json
import sys
from importlib import import_module
from typing import Any

from benchmarks import machine
from benchmarks.own_database import own_database

SECONDS = 60


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """Cores of the projection and of its session, and how long a print waits for its bars."""
    before = machine.load()
    with own_database("bench_candles", only=("postgres",)):
        work = import_module("benchmarks.candles_work")  # once the settings know this world
        figures = dict(work.measured(seconds))
    return {"load_before": before, **figures, "load_after": machine.load()}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the figures say."""
    cores = f"{got['cores']} cores: {got['projection_cores']} of the projection, {got['database_cores']} of its session in PostgreSQL"
    late = got["behind_ms"]
    return [
        (f"{got['prints_per_second']} prints/s of {got['symbols']} symbols into candles", cores, "half a core or less"),
        ("from a print being due to its bars being committed", f"p50 {late['p50']}, p99 {late['p99']}, worst {late['worst']} ms", ""),
    ]


if __name__ == "__main__":
    print(json.dumps(machine.keep("candles", measure(*map(int, sys.argv[1:2]))), indent=1))
