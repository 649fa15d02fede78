"""Replays both real files at top speed into the running stack: rows/s as the command reports them and by the clock."""

import json
import re
import subprocess
import sys
import time
from typing import Any

from benchmarks import machine, target
from oms_site.stack import Stack

FILES = ("us_equities_nbbo_20131007_open.csv", "eurusd_fxcm_20140508_ecb.csv")


def measure() -> dict[str, Any]:
    """Rows/s of each file; start-up of the command and validation of the file included in `seconds`."""
    data = target.CHECKOUT.parent / "shared" / "data"
    figures = {}
    for name in FILES:
        path = data / name
        if not path.exists():
            raise SystemExit(f"{path} is missing: the real quotes lie beside the checkout")
        rows = sum(1 for _ in path.open("rb")) - 1
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "manage.py", "replay_quotes", str(path), "--speed", "max", "--again"],
            cwd=target.CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
        )
        if done.returncode:
            raise SystemExit(f"replay_quotes ended with {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}")
        seconds = time.monotonic() - began
        said = re.search(r"([\d,]+) rows/s", done.stdout + done.stderr)
        figures[name] = {
            "rows": rows,
            "seconds": round(seconds, 2),
            "rows_per_second": round(rows / seconds),
            "rows_per_second_said": said[1] if said else None,
        }
    return figures


def _environment() -> dict[str, str]:
    return Stack.attach().child_environment()


if __name__ == "__main__":
    print(json.dumps(machine.keep("replay", measure()), indent=2))
