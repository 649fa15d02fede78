"""How late a replay at the file's own pace is, row by row, on the running demo: `python -m benchmarks.replay_lateness [SECONDS]`.

The time at which each record was handed to the broker's client, against the time of its row. Zero is the row that came earliest against
its time: a replay that is late by the same at every row is not seen, all else is: waits that end late, batches, what is told to PostgreSQL.
"""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import django

from benchmarks import machine, target
from benchmarks.replay import FILES
from oms_site.stack import Stack

SECONDS = 60
_START_WITHIN = 120


def measure(seconds: int = SECONDS) -> dict[str, Any]:
    """Lateness in milliseconds over so many seconds of each real file, and the load of the machine."""
    attached = Stack.attach()
    os.environ.update(attached.environment())
    django.setup()
    figures: dict[str, Any] = {"load_before": machine.load()}
    for name in FILES:
        late = _lateness(str(target.CHECKOUT.parent / "shared" / "data" / name), seconds, attached.child_environment())
        figures[name] = machine.spread([microseconds / 1_000 for microseconds in late])
    return figures | {"load_after": machine.load()}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The table's rows."""
    load = f"load {got['load_before']} to {got['load_after']}"
    return [
        (
            f"`{name}` at its own pace: how late a row is; {load}",
            f"p50 {got[name]['p50']}, p99 {got[name]['p99']}, worst {got[name]['worst']} ms",
            "p99 20 ms or less",
        )
        for name in FILES
    ]


def _lateness(path: str, seconds: int, environment: dict[str, str]) -> list[int]:
    """Of every row that reached the topic, in microseconds."""
    from marketdata.replay.origin import origin_of  # noqa: PLC0415 - after django.setup()
    from oms_site.infra.bus.connection import bus, wire  # noqa: PLC0415 - as above
    from schemas.topics import QUOTES  # noqa: PLC0415 - as above

    consumer = bus().consumer(None, client_id="bench-lateness")
    words = [sys.executable, "manage.py", "replay_quotes", path, "--speed", "1", "--again"]
    consumer.assign(consumer.end_offsets(consumer.partitions(QUOTES.name)))
    process = subprocess.Popen(words, cwd=target.CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    offsets: list[int] = []
    first = 0
    give_up = time.monotonic() + _START_WITHIN + seconds
    try:
        while True:
            found = [record for record in consumer.poll(200, 5_000) if origin_of(record) is not None]
            times = [wire().message(QUOTES, record.value).time for record in found]  # type: ignore[union-attr]
            offsets += [record.timestamp - moment for record, moment in zip(found, times, strict=True)]
            first = first or min(times, default=0)
            if times and max(times) - first >= seconds * 1_000_000:
                break
            if process.poll() is not None or time.monotonic() > give_up:
                raise SystemExit(f"the replay of {path} ended or did not begin: {process.stderr.read() if process.stderr else ''}")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        consumer.close()
    earliest = min(offsets)
    return [offset - earliest for offset in offsets]


if __name__ == "__main__":
    print(json.dumps(machine.keep("lateness", measure(*map(int, sys.argv[1:2]))), indent=2))
