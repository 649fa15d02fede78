"""What the idle demo costs: processor time and resident memory of all its processes, synthetic market on."""

import json
import os
import time
from pathlib import Path
from typing import Any

from benchmarks import machine, target

_TICKS = os.sysconf("SC_CLK_TCK")


def _members(run_dir: str) -> list[int]:
    """Processes that belong to the run directory, by the variable every child gets."""
    wanted = f"OMS_RUN_DIR={run_dir}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # it ended, or belongs to somebody else
                continue
    return [pid for pid in found if pid != os.getpid()]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident(pid: int) -> tuple[int, int]:
    """Resident and proportional (shared pages divided among their users) bytes."""
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    proportional = next(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
    return resident, proportional


def measure(seconds: float = 30) -> dict[str, Any]:
    """Watch for a while; processes that come or go meanwhile count for what was seen of them."""
    target.stack()
    run_dir = os.environ.get("OMS_RUN_DIR", str(target.CHECKOUT / ".run"))
    before = {pid: _cpu(pid) for pid in _members(run_dir)}
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    after, resident, proportional = {}, 0, 0
    for pid in _members(run_dir):
        after[pid] = _cpu(pid)
        one, shared = _resident(pid)
        resident, proportional = resident + one, proportional + shared
    used = sum(total - before.get(pid, 0.0) for pid, total in after.items())
    return {
        "processes": len(after),
        "cores_used": round(used / elapsed, 3),
        "resident_mib": round(resident / 2**20),
        "proportional_mib": round(proportional / 2**20),
        "seconds": round(elapsed, 1),
    }


if __name__ == "__main__":
    print(json.dumps(machine.keep("idle", measure()), indent=2))
