"""The load profile played against the running product: every request answered, reports written."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from oms_site.stack.layout import CHECKOUT
from tests.live import Live


def test_a_short_load_is_answered_and_reported(live_stack: Live) -> None:
    live_stack.stack.write_stack_json()
    folder = Path(live_stack.stack.layout.run_dir)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", "--rate", "5", "--seconds", "6", "--sockets", "2"],
        cwd=CHECKOUT,
        env=os.environ | {"OMS_RUN_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (folder / "load" / "load_stats.csv").open(encoding="utf-8") as file:
        counted = {(row["Type"], row["Name"]): int(row["Request Count"]) for row in csv.DictReader(file)}
    assert {name: number for (kind, name), number in counted.items() if kind == "REST"} == {"rest": 15, "take": 6, "cancel": 6, "list": 3}
    assert 21 <= counted["WS", "order answered"] <= 27, "entered orders; a cancel that finds none resting enters one instead"
    assert (folder / "load" / "report.html").stat().st_size > 1_000
