"""Every benchmark: a table, and `benchmarks/results/*.json`.

First the parts alone, then the running demo, which is started for it when it does not run.
"""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import (
    bench_books,
    bench_candles,
    bench_kill,
    bench_matching,
    bench_risk,
    blotter_page,
    bulk_orders,
    house,
    idle,
    kill_running,
    machine,
    page,
    replay,
    replay_lateness,
    single_orders,
    stream_fanout,
    target,
)
from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning

BULK_RUNS = 3

Figures = dict[str, Any]
Rows = list[tuple[str, str, str]]
"""What was measured, what came out, what is wanted."""


def _bulk() -> Figures:
    runs = [bulk_orders.measure() for _ in range(BULK_RUNS)]
    rates = [run["orders_per_second"] for run in runs]
    return {"runs": runs, "best": max(rates), "worst": min(rates)}


def _bus_rows(got: Figures) -> Rows:
    hops = got["two_hops"]
    return [
        ("an execution as Avro, there and back", f"{got['codec_us']['Execution_encode']} + {got['codec_us']['Execution_decode']} us", ""),
        ("the relay empties the outbox", f"{got['relay_rows_per_second']} rows/s", ""),
        ("two transactional workers that pass on", f"{hops['records_per_second']} records/s, one p50 {hops['paced_p50_ms']} ms", ""),
    ]


def _idle_rows(got: Figures) -> Rows:
    memory = f"{got['resident_mib']:,} MiB (shared pages counted once: {got['proportional_mib']:,})"
    return [
        ("idle, the house quoting: processor time of all processes", f"{got['cores_used']:.2f} cores", "below 1 core"),
        ("resident memory of all processes", memory, "3,072 MiB or less"),
    ]


def _single_rows(got: Figures) -> Rows:
    def said(name: str) -> str:
        return "p50 {p50}, p90 {p90}, p99 {p99}, worst {worst} ms".format(**got[name])

    sent = f"one order at {got['rate']}/s (open model, {got['sent']} of them), POST to fill on the socket"
    return [(sent, said("post_to_fill_ms"), "p50 100, p99 400 ms or less"), ("the same, POST to answer", said("post_to_answer_ms"), "")]


def _bulk_rows(got: Figures) -> Rows:
    rates = ", ".join(f"{run['orders_per_second']:,}" for run in got["runs"])
    return [("orders in bulk until the last row is persisted, each run", f"{rates} orders/s", "1,500 orders/s or more")]


def _replay_rows(got: Figures) -> Rows:
    return [
        (
            f"`{name}` at full speed into Kafka (start of the command and check of the file included)",
            _replayed(figures),
            "10,000 rows/s or more",
        )
        for name, figures in got.items()
    ]


def _replayed(figures: Figures) -> str:
    return f"{figures['rows_per_second_said']} rows/s ({figures['rows_per_second']:,} rows/s)"


ALONE: dict[str, Callable[[Figures], Rows]] = {
    "matching": bench_matching.rows,
    "risk": bench_risk.rows,
    "kill": bench_kill.rows,
    "books": bench_books.rows,
    "candles": bench_candles.rows,
    "bus": _bus_rows,
}
"""Measured in a process of its own (`benchmarks.bench_NAME`), without the demo: what its figures say in the table."""

DEMO: dict[str, tuple[Callable[[], Figures], Callable[[Figures], Rows]]] = {
    "idle": (idle.measure, _idle_rows),
    "single_orders": (single_orders.measure, _single_rows),
    "bulk_orders": (_bulk, _bulk_rows),
    "stream": (stream_fanout.measure, stream_fanout.rows),
    "replay": (replay.measure, _replay_rows),
    "lateness": (replay_lateness.measure, replay_lateness.rows),
    "kill": (kill_running.measure, kill_running.rows),
    "house": (house.measure, house.rows),
    "blotter": (blotter_page.measure, blotter_page.rows),
}
"""Measured on the running demo: how, and what the figures say. A name that is in both tables is measured both ways."""

WRITTEN = {name: (name,) for name in ("risk", "books", "candles", "stream", "house", "blotter")} | {
    "kill": ("kill", "kill_running"),
    "running": ("bulk_orders", "single_orders", "idle", "replay", "lateness"),
}
"""Tables of `docs/benchmarks.md` that are made here, and the results each shows. Matching writes its own, after a run of full length."""


def main(names: list[str]) -> int:
    """Run the named benchmarks (all without names) and print their rows."""
    known = list(dict.fromkeys((*ALONE, *DEMO)))
    unknown = set(names) - set(known)
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}\n")
        return 2
    wanted = names or known
    described = machine.describe()
    table = Table("benchmark", "what", "measured", "wanted", title=f"{described['cores']} cores, {described['processor']}")
    for name, rows in ALONE.items():
        if name in wanted:
            _add(table, name, rows(_alone(name)))
    on_demo = [name for name in DEMO if name in wanted]
    own = bool(on_demo) and _ensure_running()
    try:
        for name in on_demo:
            measure, rows = DEMO[name]
            _add(table, name, rows(machine.keep(f"{name}_running" if name in ALONE else name, measure())))
    finally:
        if own:
            subprocess.run([sys.executable, "-m", "oms_site.stack", "down"], cwd=target.CHECKOUT, check=False)
    for name, results in WRITTEN.items():
        if set(results) & set(wanted):
            _write(name)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return 0


def _write(name: str) -> None:
    """Put what was measured into the page."""
    say = {name: rows for name, (_, rows) in DEMO.items()} | ALONE | {"kill_running": kill_running.rows}
    told = [row for result in WRITTEN[name] for row in say[result](machine.kept(result)["figures"])]
    page.write(name, page.table(machine.kept(WRITTEN[name][-1]), told))


def _add(table: Table, name: str, rows: Rows) -> None:
    for place, row in enumerate(rows):
        table.add_row("" if place else name, *row, end_section=place == len(rows) - 1)


def _alone(name: str) -> Figures:
    """Its figures. A process of its own: settings, memory and garbage of the others stay out of it."""
    if _running():
        sys.stderr.write(f"{name}: the demo runs meanwhile and takes its share of the machine ('make down' stops it)\n")
    subprocess.run([sys.executable, "-m", f"benchmarks.bench_{name}"], cwd=target.CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    figures: Figures = machine.kept(name)["figures"]
    return figures


def _running() -> bool:
    try:
        Stack.attach()
    except NotRunning:
        return False
    return True


def _ensure_running() -> bool:
    """Whether the demo had to be started for this."""
    if _running():
        return False
    subprocess.run([sys.executable, "-m", "oms_site.stack", "up"], cwd=target.CHECKOUT, check=True)
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
