"""The bus alone: codec, relay, two worker loops in processes of their own; on the test stack's servers, topics and tables of its own.

`python -m benchmarks.bench_bus`: no product worker takes part, so the figures are what the loops themselves allow.
"""

import io
import json
import uuid
from importlib import import_module
from typing import Any

from django.core.management import call_command

from benchmarks import machine
from benchmarks.own_database import own_database


def measure() -> dict[str, Any]:
    """All figures: microseconds of the codec, rows and records a second."""
    with own_database("bench_oms", environment={"TOPIC_PREFIX": f"bench{uuid.uuid4().hex[:6]}."}):
        call_command("schemas", "register", stdout=io.StringIO())
        call_command("topics", "create", stdout=io.StringIO())
        work = import_module("benchmarks.bus_work")  # once the settings know this world
        return {
            "codec_us": work.codec(),
            "relay_rows_per_second": work.relay_rate(),
            "two_hops": work.two_hops(),
        }


if __name__ == "__main__":
    print(json.dumps(machine.keep("bus", measure()), indent=1))
