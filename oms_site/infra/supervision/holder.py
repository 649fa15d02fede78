"""Names the process that holds a lease, and tells whether it still lives when it is on this machine."""

import os
import socket
from datetime import datetime
from functools import cache
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@cache
def host() -> str:
    """Name of the machine or container."""
    return socket.gethostname()[:40]


def own() -> str:
    """`host:pid` of this process."""
    return f"{host()}:{os.getpid()}"


def died(holder: str, since: datetime) -> bool:
    """True when the holder is known to have ended: it was on this host, and no process of its pid is as old as the lease.

    False for another host's holder: there only the lease's expiry tells.
    """
    name, _, pid = holder.rpartition(":")
    if name != host() or not pid.isdigit():
        return False
    begun = _begun(int(pid))
    return begun is None or begun > since.timestamp() + 1  # the pid was given to a younger process


def _begun(pid: int) -> float | None:
    """When a process began (seconds since the epoch), None when it does not run (a zombie no longer does)."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if state in {"Z", "X"}:
        return None
    return _booted() + int(rest[18]) / _TICKS


@cache
def _booted() -> float:
    """When this machine began, in seconds since the epoch (`btime` of /proc/stat)."""
    lines = Path("/proc/stat").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime "))
