"""Starts Locust in a process of its own (it patches the standard library) against the stack of `.run/stack.json`.

The profile is open-model: requests leave at intended times, whatever the answers do, and every time is measured from the intended one,
so that a stall is seen as what it is. Bounded in time and count. Reports: `.run/load/report.html`, `.run/load/load_stats.csv` and
its siblings.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import target

LONGEST = 600
FASTEST = 300


def main(arguments: list[str]) -> int:
    """0 when every request was answered as it must, 1 when some failed, 2 on wrong usage."""
    parser = argparse.ArgumentParser(prog="make load ARGS=…", description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=40, help="requests a second, 1 to 300 (default 40)")
    parser.add_argument("--seconds", type=int, default=30, help="how long, 1 to 600 (default 30)")
    parser.add_argument("--sockets", type=int, default=10, help="sockets that read quotes besides, 0 to 40 (default 10)")
    chosen = parser.parse_args(arguments)
    for name, value, least, most in (
        ("rate", chosen.rate, 1, FASTEST),
        ("seconds", chosen.seconds, 1, LONGEST),
        ("sockets", chosen.sockets, 0, 40),
    ):
        if not least <= value <= most:
            parser.error(f"--{name} must be from {least} to {most}")
    found = target.stack()
    folder = Path(os.environ.get("OMS_RUN_DIR", target.CHECKOUT / ".run")) / "load"
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        _command(found["web"], folder, chosen), cwd=target.CHECKOUT, env=os.environ | _profile(chosen), check=False
    ).returncode


def _command(host: str, folder: Path, chosen: argparse.Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "locust", "-f", "benchmarks/load/locustfile.py", "--headless", "--host", host),
        *("--users", "1", "--spawn-rate", "1", "--run-time", f"{chosen.seconds + 30}s", "--stop-timeout", "5"),
        *("--csv", str(folder / "load"), "--html", str(folder / "report.html"), "--only-summary", "--loglevel", "WARNING"),
    ]


def _profile(chosen: argparse.Namespace) -> dict[str, str]:
    return {"LOAD_RATE": str(chosen.rate), "LOAD_SECONDS": str(chosen.seconds), "LOAD_SOCKETS": str(chosen.sockets)}
