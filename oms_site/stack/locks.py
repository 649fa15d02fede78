"""One manager a run directory: an flock that the kernel gives back however the manager ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An exclusive advisory lock on a file that holds the owner's pid as text.

    The descriptor is not inherited by children, so the lock ends with the process that took it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock without waiting; False when another process has it."""
        if self._descriptor is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held. The file stays, so that waiters share one inode."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> int | None:
        """The pid of the process that holds the lock, None when nobody does."""
        if self._descriptor is not None:
            return os.getpid()
        if not self.path.exists():
            return None
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = os.read(descriptor, 32).decode().strip()
            return int(text) if text.isdigit() else 0
        finally:
            os.close(descriptor)
        return None
