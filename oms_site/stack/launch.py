"""Becomes a program after ending what an earlier, killed incarnation of it left behind.

When supervisor's child is killed outright, its own children live on: orphaned web workers keep the port, orphaned
pool processes keep working. supervisor names each child in `SUPERVISOR_PROCESS_NAME`, which its children inherit;
whoever carries that name here belongs to the incarnation before. Run as a file (`python launch.py COMMAND...`),
with the standard library alone, because it stands before every start.
"""

import os
import signal
import sys
from pathlib import Path

_KEYS = ("OMS_RUN_DIR", "SUPERVISOR_PROCESS_NAME")


def orphans(environ: dict[str, str], own_pid: int) -> list[int]:
    """Pids of other processes of the same run directory and the same supervisor name."""
    if any(key not in environ for key in _KEYS):
        return []
    wanted = {f"{key}={environ[key]}".encode() for key in _KEYS}
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == own_pid:
            continue
        try:
            if wanted.issubset((entry / "environ").read_bytes().split(b"\0")):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return found


def main(command: list[str]) -> None:
    """Kill orphans, then become the command (same pid, so supervisor goes on watching it)."""
    for pid in orphans(dict(os.environ), os.getpid()):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
