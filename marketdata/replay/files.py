"""Which files a replay may read, and their text."""

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from marketdata.replay.formats import CHUNK, Packing, packing_of, unpacked
from marketdata.replay.parquet import parquet_text
from oms_site import env
from oms_site.infra.errors import InvalidInput

_MAGIC = 16
"""Bytes that tell how a file is packed."""


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
        self.path = str(real)
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
        """The text from the beginning, unpacked, in small pieces. Raises `Unreadable`."""
        packing = packing_of(os.pread(self._descriptor, _MAGIC, 0))
        return parquet_text(self._descriptor) if packing is Packing.PARQUET else unpacked(self._raw(), packing)

    def _raw(self) -> Iterator[bytes]:
        offset = 0
        while chunk := os.pread(self._descriptor, CHUNK, offset):
            offset += len(chunk)
            yield chunk

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._descriptor)
