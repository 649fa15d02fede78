"""Who holds a claim, written so that another process on the same host can tell whether that process still lives."""

import os
import re
import socket
from pathlib import Path

_HOLDER = re.compile(r"(?P<host>\S+) process (?P<pid>\d+) started (?P<started>\d+)")


def _started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None when there is none, 0 where the system does not tell."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return 0
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0


def this_holder() -> str:
    """How a claim names the running process."""
    return f"{socket.gethostname()} process {os.getpid()} started {_started(os.getpid()) or 0}"


def lives(holder: str) -> bool:
    """Whether the holder may still be running. Known not to: a process of this host that is gone, or whose number is another one's now."""
    match = _HOLDER.fullmatch(holder)
    if match is None or match["host"] != socket.gethostname():
        return True
    started = _started(int(match["pid"]))
    return started is not None and started in (0, int(match["started"]))
