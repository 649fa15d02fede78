"""Which files a replay may read, and their bytes."""

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from oms_site import env
from oms_site.infra.errors import InvalidInput

CHUNK = 64 * 1024


class FileRefused(InvalidInput):
    """The path may not be replayed: outside the data folders, missing, or no plain file."""


def data_folders() -> list[Path]:
    """The folders of `OMS_DATA_DIRS`; unless set, the checkout, the shared data beside it and the system's temporary folder."""
    folders = env.DATA_DIRS or [str(env.BASE_DIR), str(env.BASE_DIR.parent / "shared" / "data"), tempfile.gettempdir()]
    return [Path(folder).resolve() for folder in folders]


class QuoteFile:
    """An open file, read twice: once to be checked, once to be sent. Stays the same file whatever happens to its name meanwhile."""

    def __init__(self, path: str, folders: Sequence[Path]) -> None:
        """Open `path` if it lies under one of `folders`, links followed. Raises `FileRefused`."""
        real = Path(os.path.realpath(path.replace("\x00", "\ufffd")))
        if not any(real.is_relative_to(folder) for folder in folders):
            listed = ", ".join(str(folder) for folder in folders)
            raise FileRefused(f"{path}: must lie under one of {listed}; set OMS_DATA_DIRS to allow another folder", field="path")
        self.name = real.name
        self._descriptor = self._open(path, real)
        self.size = os.fstat(self._descriptor).st_size

    @staticmethod
    def _open(path: str, real: Path) -> int:
        try:
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)  # a FIFO must not hang here
        except OSError as error:
            raise FileRefused(f"{path}: {error.strerror}", field="path") from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileRefused(f"{path}: is no plain file", field="path")
        return descriptor

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning."""
        offset = 0
        while chunk := os.pread(self._descriptor, CHUNK, offset):
            offset += len(chunk)
            yield chunk

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)
