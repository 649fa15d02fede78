"""Finds and ends what a killed run left behind.

Every child carries `OMS_RUN_DIR` and `OMS_STACK_MEMBER` in its environment from exec on, and the kernel shows
that environment in /proc for as long as the process lives, whoever its parent is by then. So members can be
found without pid files, and processes of other run directories are never touched. Valkey and PostgreSQL write
their titles over that memory; those two are known by their program and by working in this stack's data folders.
"""

import os
import signal
import time
from pathlib import Path

from oms_site.stack.layout import Layout

MEMBER = "OMS_STACK_MEMBER"
RUN_DIR = "OMS_RUN_DIR"

#: Programs that overwrite their environment; each works in its own data folder.
_TITLED = frozenset({"valkey-server", "postgres"})


def members(run_dir: Path) -> list[int]:
    """Pids of living processes that belong to a run directory, without this process and its ancestors."""
    wanted = {f"{RUN_DIR}={run_dir}".encode(), f"{MEMBER}=1".encode()}
    spared = _ancestry(os.getpid())
    folders = Layout.of(run_dir).server_folders
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) in spared:
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            if wanted.issubset(environment) or _works_in(entry, folders):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile, or another user's
            continue
    return sorted(pid for pid in found if is_alive(pid))


def end(run_dir: Path, *, patience: float = 5.0) -> int:
    """End every member of a run directory: TERM, then KILL after `patience` seconds. Returns how many."""
    first = members(run_dir)
    deadline = time.monotonic() + patience
    left = first
    # Supervisors first: one that lives would start again what is ended here.
    for pid in left:
        _send(pid, _farewell(pid))
    while left := members(run_dir):
        if time.monotonic() > deadline:
            for pid in left:
                _send(pid, signal.SIGKILL)
        time.sleep(0.05)
        if time.monotonic() > deadline + 10:
            raise TimeoutError(f"processes {left} of {run_dir} cannot be ended")
    return len(first)


def is_alive(pid: int) -> bool:
    """True while a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _ancestry(pid: int) -> set[int]:
    """A process and all its ancestors."""
    line = set()
    while pid > 0 and pid not in line:
        line.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            break
    return line


def _works_in(process: Path, folders: tuple[Path, ...]) -> bool:
    """True for a titled server (see `_TITLED`) whose working directory lies in one of the folders."""
    if Path(os.readlink(process / "exe").removesuffix(" (deleted)")).name not in _TITLED:
        return False
    directory = Path(os.readlink(process / "cwd").removesuffix(" (deleted)"))
    return any(directory.is_relative_to(folder) for folder in folders)


def _farewell(pid: int) -> signal.Signals:
    """The signal that ends a process: PostgreSQL would wait for its clients on TERM, INT is its fast shutdown."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # ended meanwhile
        return signal.SIGTERM
    if b"supervisord" in command:
        return signal.SIGKILL
    return signal.SIGINT if b"postgres" in command.split(b"\0")[0] else signal.SIGTERM


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
