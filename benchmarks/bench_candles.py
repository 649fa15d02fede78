"""Candles of 100 symbols from 10,000 prints a second: `python -m benchmarks.bench_candles [SECONDS]`, on the test stack's PostgreSQL.

Open model: the prints of each moment are due whether or not the batch before is written. A batch is what came since the one before, at the
pace of the market's worker. Processor time is that of the projection (records as they come from the broker to frames for the stream) and of
its session in PostgreSQL, each as the kernel counts it; the broker and the stream are not in it.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

import django
from django.db import connection

from benchmarks import machine
from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning

SECONDS = 60


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """Cores of the projection and of its session, and how late batches were written; by what the prints do: rise in order, or some late."""
    try:
        stack, own = Stack.attach(env="test"), False
    except NotRunning:
        stack, own = Stack(env="test"), True
        stack.start_servers(only=["postgres"])
    try:
        os.environ.update(stack.environment())
        django.setup()
        connection.settings_dict["TEST"]["NAME"] = "bench_candles"
        database = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            work = import_module("benchmarks.candles_work")  # once the settings know this world
            return dict(work.measured(seconds))
        finally:
            connection.creation.destroy_test_db(database, verbosity=0)
    finally:
        if own:
            stack.stop()


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
