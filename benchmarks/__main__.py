"""Every benchmark against the running demo, started for it when it does not run: a table, and `benchmarks/results/*.json`."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import bench_matching, bulk_orders, idle, machine, replay, single_orders, target
from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning

BULK_RUNS = 3


def _bulk() -> dict[str, Any]:
    runs = [bulk_orders.measure() for _ in range(BULK_RUNS)]
    rates = [run["orders_per_second"] for run in runs]
    return {"runs": runs, "best": max(rates), "worst": min(rates)}


BENCHMARKS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[dict[str, Any]], str], str]] = {
    "idle": (idle.measure, lambda got: f"{got['cores_used']} cores, {got['resident_mib']} MiB resident", "below 1 core, 3072 MiB or less"),
    "single_orders": (
        single_orders.measure,
        lambda got: " / ".join(str(got["post_to_fill_ms"][name]) for name in ("p50", "p99", "worst")) + " ms p50/p99/worst",
        "100 / 400 ms or less",
    ),
    "bulk_orders": (_bulk, lambda got: f"{got['worst']} to {got['best']} orders/s", "1,500 orders/s or more"),
    "replay": (
        replay.measure,
        lambda got: ", ".join(f"{figures['rows_per_second']} rows/s" for figures in got.values()),
        "5,000 rows/s or more",
    ),
    "matching": (
        bench_matching.measure,
        lambda got: ", ".join(f"{got[name]['events_per_second']} events/s" for name in bench_matching.MIXES),
        "450,000 events/s or more",
    ),
}


def main(names: list[str]) -> int:
    """Run the named benchmarks (all without names) and print one row each."""
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(BENCHMARKS)}\n")
        return 2
    own = _ensure_running()
    table = Table("benchmark", "measured", "wanted", title=f"{machine.describe()['cores']} cores, {machine.describe()['processor']}")
    try:
        for name in names or BENCHMARKS:
            measure, say, wanted = BENCHMARKS[name]
            table.add_row(name, say(machine.keep(name, measure())), wanted)
    finally:
        if own:
            subprocess.run([sys.executable, "-m", "oms_site.stack", "down"], cwd=target.CHECKOUT, check=False)
    Console().print(table)
    return 0


def _ensure_running() -> bool:
    """Whether the demo had to be started for this."""
    try:
        Stack.attach()
    except NotRunning:
        subprocess.run([sys.executable, "-m", "oms_site.stack", "up"], cwd=target.CHECKOUT, check=True)
        return True
    return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
