"""Reports and admin lists on a million orders: `python -m benchmarks.at_size [ORDERS] [reports] [admin]`, both without a name.

PostgreSQL and Redis of its own are started in `.run/size`, the database is filled by `seed_history` (kept for the next run of the same
size), then `benchmarks.reports` and `benchmarks.admin` measure, and the servers are stopped.
"""

import json
import os
import sys
import time
from collections.abc import Collection
from typing import Any

import django
import psycopg

from benchmarks import machine, page, target
from oms_site.stack import Stack

ORDERS = 1_000_000
PARTS = ("reports", "admin")


def measure(orders: int, parts: Collection[str]) -> dict[str, dict[str, Any]]:
    """The figures of each part; with each the load of the machine, and how long seeding took where it was needed."""
    stack = Stack(target.CHECKOUT / ".run" / "size", env="test")
    stack.start_servers(only=("postgres", "valkey"))
    try:
        name = f"size_{orders}"
        os.environ.update(stack.environment() | {"DATABASE_URL": stack.postgres_url(name)})
        seeded = _seeded(stack, name, orders)
        from benchmarks import admin, reports  # noqa: PLC0415 - they need the settings of the database above

        measured = {}
        for name, measure_part in (("reports", reports.measure), ("admin", admin.measure)):
            if name in parts:
                before = machine.load()
                measured[name] = {"orders": orders, **seeded, "load_before": before, **measure_part(), "load_after": machine.load()}
        return measured
    finally:
        stack.stop()


def _seeded(stack: Stack, name: str, orders: int) -> dict[str, Any]:
    """Make and fill the database, unless it is there; how long filling took."""
    with psycopg.connect(stack.postgres_url("postgres"), autocommit=True) as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not there:
            server.execute(f'CREATE DATABASE "{name}"')
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    from orders.models import Order  # noqa: PLC0415 - as above

    if Order.objects.exists():
        return {}
    began = time.monotonic()
    call_command("seed_history", orders=orders, executions=3 * orders, accounts=min(1_000, max(2, orders // 100)))
    seconds = round(time.monotonic() - began, 1)
    print("seeded in", seconds, "s", file=sys.stderr, flush=True)
    return {"seed_seconds": seconds}


def main() -> None:
    """Measure, keep, print; their tables of the docs are written too."""
    parts = [word for word in sys.argv[1:] if word in PARTS] or PARTS
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for name, figures in measure(sizes[0] if sizes else ORDERS, parts).items():
        print(json.dumps(machine.keep(f"at_size_{name}", figures), indent=2))
        from benchmarks import admin, reports  # noqa: PLC0415 - as above

        rows = {"admin": admin.rows, "reports": reports.rows}[name]
        page.write(name, page.table(machine.kept(f"at_size_{name}"), rows(figures)))


if __name__ == "__main__":
    main()
