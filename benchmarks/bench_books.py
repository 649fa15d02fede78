"""Fills into positions, fees and ledger, as the core worker does it, in a database of its own on the test stack.

`python -m benchmarks.bench_books [FILLS]`: one process and its database session, no other worker.
"""

import json
import sys
from importlib import import_module
from typing import Any

from benchmarks import machine
from benchmarks.own_database import own_database

FILLS = 1_000_000
INSTRUCTIONS = 10_000


def measure(fills: int = FILLS) -> dict[str, Any]:
    """Fills a second, over all and in the slowest tenth of the batches; bytes on disk a fill; the rebuild; settlement."""
    before = machine.load()
    with own_database("bench_books", only=("postgres",)):
        work = import_module("benchmarks.books_work")  # once the settings know this world
        settlement = import_module("benchmarks.settlement_work")
        work.prepare()
        figures = dict(work.projected(fills)) | dict(work.rebuilt(fills)) | dict(settlement.settled(INSTRUCTIONS))
    return {"load_before": before, **figures, "load_after": machine.load()}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the figures say."""
    told = f"{got['fills_per_second']:,} fills/s, slowest tenth {got['slowest_tenth_per_second']:,}, {got['bytes_per_fill']} bytes a fill"
    again = f"{got['rebuild_seconds']} s, {got['rebuild_differences']} differences"
    rate = (
        "{told_per_second:,} told/s, {words_per_second:,} words/s, {deliveries_per_second:,} deliveries/s, {netted_per_second:,} netted/s"
    )
    return [
        (f"{got['fills']:,} fills into positions, fees and ledger", told, "2,000 fills/s or more"),
        (f"the books made anew from {got['rebuilt']:,} fills, and compared", again, "1,000,000 in 300 s or less"),
        (f"{got['instructions']:,} instructions settled one by one, and as many netted", rate.format(**got), "1,000 deliveries/s or more"),
    ]


if __name__ == "__main__":
    print(json.dumps(machine.keep("books", measure(*map(int, sys.argv[1:2]))), indent=1))
