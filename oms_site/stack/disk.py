"""Refuses to start on a disk that is nearly full: servers that cannot write fail late and obscurely."""

import shutil
from pathlib import Path

from oms_site.stack.errors import StackError

#: Bytes that must be free: downloads and the virtual environment take 1.5 GiB, the data of a day the rest.
FIRST_START_BYTES = 3 * 1024**3
RESTART_BYTES = 1024**3


def require_space(folder: Path, *, needed: int = RESTART_BYTES) -> None:
    """Raise `StackError` when less than `needed` bytes are free where `folder` lies (or will lie)."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise StackError(
            f"disk nearly full: {free / 1024**3:.1f} GiB free at {existing}, {needed / 1024**3:.0f} GiB needed",
            remedy="free some space ('make clean' removes this project's data and caches)",
        )
