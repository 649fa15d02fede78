"""Files of reports at size: seconds and the most memory each maker ever had (a process of its own). Called by `benchmarks.at_size`."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import target

WANTED = {"csv": 60, "xlsx": 180}
STATEMENT_SECONDS = 120
MEMORY_MIB = 300
FILES = (("blotter", "csv"), ("blotter", "xlsx"))
"""A row an order, of twenty columns: the widest there is."""
_USER = "bench"


def measure() -> dict[str, Any]:
    """Each file, then a statement of every account."""
    _person()
    made = {f"{name}.{kind}": _child(name, kind) for name, kind in FILES}
    return {**made, "statements": _child("statement", "pdf")}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the figures say."""
    seeded = f"{got['seed_seconds']} s" if "seed_seconds" in got else "seeded before"
    files = [
        (f"{got[f'{name}.{kind}']['rows']:,} orders as {kind.upper()}", _told(got[f"{name}.{kind}"]), f"{WANTED[kind]} s, {MEMORY_MIB} MiB")
        for name, kind in FILES
    ]
    statements = got["statements"]
    return [
        (f"seeding {got['orders']:,} orders, {3 * got['orders']:,} executions", seeded, "300 s"),
        *files,
        (f"statements of {statements['files']:,} accounts as PDF", _told(statements), f"{STATEMENT_SECONDS} s"),
    ]


def _told(made: dict[str, Any]) -> str:
    return f"{made['seconds']} s, {made['peak_memory_mib']} MiB of memory, {made['mib']} MiB on disk"


def _person() -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415 - settings are known by now

    return User.objects.filter(username=_USER).first() or User.objects.create_superuser(_USER)


def _child(name: str, kind: str) -> dict[str, Any]:
    code = [sys.executable, "-m", "benchmarks.reports", name, kind]
    done = subprocess.run(code, cwd=target.CHECKOUT, env=os.environ, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(name, kind, figures, file=sys.stderr, flush=True)
    return figures


def _made(name: str, kind: str) -> dict[str, Any]:
    """One file in this process; of statements, one of each account, of the last day of the past."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from django.utils import timezone  # noqa: PLC0415 - as above

    from reporting.files.making import Wanted, file_make  # noqa: PLC0415 - as above
    from reporting.reports.definition import Viewer, values_read  # noqa: PLC0415 - as above
    from reporting.reports.table import report_for  # noqa: PLC0415 - as above

    viewer = Viewer.of(_person(), timezone.now())
    report = report_for(viewer.actor, name)
    day = str((datetime.now(UTC) - timedelta(days=1)).date())
    accounts = sorted(viewer.accounts) if name == "statement" else [None]
    rows = size = 0
    began = time.monotonic()
    for account in accounts:
        params = {} if account is None else {"account": account, "date": day}
        with tempfile.TemporaryFile() as file:
            rows += file_make(Wanted(report, viewer, params, values_read(report, params), kind), file)
            size += file.tell()
    seconds = time.monotonic() - began
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    memory = round(int(peak[1]) / 1024) if peak else 0
    return {"files": len(accounts), "rows": rows, "seconds": round(seconds, 1), "mib": round(size / 2**20), "peak_memory_mib": memory}


if __name__ == "__main__":
    print(json.dumps(_made(sys.argv[1], sys.argv[2])))
