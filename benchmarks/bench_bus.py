"""The bus alone: codec, relay, two worker loops in processes of their own; on the test stack's servers, topics and tables of its own.

`python -m benchmarks.bench_bus`: no product worker takes part, so the figures are what the loops themselves allow.
"""

import io
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

from benchmarks import machine
from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning


def measure() -> dict[str, Any]:
    """All figures: microseconds of the codec, rows and records a second."""
    with _world():
        work = import_module("benchmarks.bus_work")  # once the settings know this world
        return {
            "codec_us": work.codec(),
            "relay_rows_per_second": work.relay_rate(),
            "two_hops": work.two_hops(),
        }


@contextmanager
def _world() -> Iterator[None]:
    """The test stack's servers, a database and topics of this run's own."""
    try:
        stack, own = Stack.attach(env="test"), False
    except NotRunning:
        stack, own = Stack(env="test"), True
        stack.start_servers()
    os.environ.update(stack.environment())
    os.environ["TOPIC_PREFIX"] = f"bench{uuid.uuid4().hex[:6]}."
    django.setup()
    connection.settings_dict["TEST"]["NAME"] = "bench_oms"  # beside the one of tests that may run meanwhile
    database = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ["DATABASE_URL"] = stack.postgres_url(database)
    try:
        call_command("schemas", "register", stdout=io.StringIO())
        call_command("topics", "create", stdout=io.StringIO())
        yield
    finally:
        connection.creation.destroy_test_db(database, verbosity=0)
        if own:
            stack.stop()


if __name__ == "__main__":
    print(json.dumps(machine.keep("bus", measure()), indent=1))
