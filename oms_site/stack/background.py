"""The demo in the background: started detached, waited for, found again and stopped."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from oms_site.stack import leftovers
from oms_site.stack.errors import EXIT_BUSY, AlreadyRunning, StackError
from oms_site.stack.layout import Layout
from oms_site.stack.locks import FileLock


def up(layout: Layout, arguments: list[str]) -> int:
    """Start a manager detached from the terminal and wait until it is ready, showing what it says.

    Ctrl-C while it starts stops it. Returns 0, or the manager's exit code when it ends instead.
    """
    owner = FileLock(layout.lock).owner()
    if owner is not None:
        raise AlreadyRunning(
            f"the demo already runs (pid {owner})",
            remedy="look with 'make status', stop it with 'make down'",
            exit_code=EXIT_BUSY,
        )
    ready = layout.run_dir / "ready"
    ready.unlink(missing_ok=True)
    layout.logs.mkdir(parents=True, exist_ok=True)
    log = layout.logs / "manager.log"
    with log.open("wb") as output:
        child = subprocess.Popen(
            [str(layout.python), "-m", "oms_site.stack", "demo", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=layout.checkout,
            start_new_session=True,
        )
    shown = 0
    try:
        while child.poll() is None and not ready.exists():
            shown = _show(log, shown)
            time.sleep(0.2)
        _show(log, shown)
    except KeyboardInterrupt:
        child.send_signal(signal.SIGTERM)
        child.wait()
        _show(log, shown)
        return 130
    return child.returncode or 0


def down(layout: Layout) -> bool:
    """Stop the stack, whoever started it and however it ended; False when nothing ran."""
    lock = FileLock(layout.lock)
    owner = lock.owner()
    if owner:
        os.kill(owner, signal.SIGTERM)
        deadline = time.monotonic() + 90
        while lock.owner() == owner and time.monotonic() < deadline:
            time.sleep(0.1)
        if lock.owner() == owner:
            os.kill(owner, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while not lock.acquire():
        if time.monotonic() > deadline:
            raise StackError("another process has taken the stack", remedy="run 'make down' again", exit_code=EXIT_BUSY)
        time.sleep(0.1)
    try:
        left = leftovers.end(layout.run_dir)
    finally:
        lock.release()
    return bool(owner or left)


def clean(layouts: list[Layout]) -> list[Path]:
    """Stop the stacks, then remove their data, the downloads, the staging folder and tool caches."""
    for layout in layouts:
        down(layout)
    checkout = layouts[0].checkout
    caches = [checkout / name for name in (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")]
    removed = [path for path in (checkout / ".run", layouts[0].staging, *caches) if path.exists()]
    for path in removed:
        shutil.rmtree(path)
    return removed


def _show(log: Path, shown: int) -> int:
    """Print what a log gained since `shown` bytes; returns the new length."""
    with log.open("rb") as file:
        file.seek(shown)
        text = file.read()
    sys.stdout.write(text.decode(errors="replace"))
    sys.stdout.flush()
    return shown + len(text)
