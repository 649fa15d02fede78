"""The file a recording is written to: appears whole under its name, or not at all."""

import gzip
import lzma
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any, cast

from marketdata.replay.files import FileRefused

_CHUNK_ROWS = 2_000


def _gz(file: IO[bytes]) -> Any:
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6)  # equal content, equal bytes


def _xz(file: IO[bytes]) -> Any:
    return lzma.LZMAFile(file, "wb", preset=3)


_PACKERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".csv": lambda file: file,
    ".csv.gz": _gz,
    ".csv.xz": _xz,
}


class RecordingFile:
    """A name that may be written. Raises `FileRefused`: wrong folder, wrong ending, there already."""

    def __init__(self, path: str, folders: Sequence[Path], *, force: bool) -> None:
        asked = Path(path.replace("\x00", "\ufffd"))
        folder = Path(os.path.realpath(asked.parent))
        self.path = folder / asked.name
        if not any(folder.is_relative_to(allowed) for allowed in folders):
            listed = ", ".join(map(str, folders))
            raise FileRefused(f"{path}: must lie under one of {listed}; set OMS_DATA_DIRS to allow another folder", field="path")
        if not folder.is_dir():
            raise FileRefused(f"{path}: there is no folder {folder}: make it first", field="path")
        ending = next((ending for ending in sorted(_PACKERS, key=len, reverse=True) if asked.name.endswith(ending)), None)
        if ending is None or asked.name == ending:
            raise FileRefused(f"{path}: the name must end in {', '.join(_PACKERS)}", field="path")
        self._pack = _PACKERS[ending]
        self._force = force
        self._refuse_existing()

    def write(self, header: str, rows: Iterable[str]) -> int:
        """Write all rows; how many. Raises `FileRefused` when the name was taken meanwhile or the disk refuses."""
        try:
            with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=f".{self.path.name[:100]}.", delete=False) as file:
                partial = Path(file.name)
                try:
                    number = self._written(cast(IO[bytes], file), header, rows)
                    partial.chmod(0o644)
                    self._put(partial)
                finally:
                    partial.unlink(missing_ok=True)
        except OSError as error:
            raise FileRefused(f"{self.path}: {error.strerror}", field="path") from None
        return number

    def _written(self, file: IO[bytes], header: str, rows: Iterable[str]) -> int:
        packed, number = self._pack(file), 0
        lines = [header]
        for number, row in enumerate(rows, 1):  # noqa: B007 - the last one is the count
            lines.append(row)
            if len(lines) >= _CHUNK_ROWS:
                packed.write(("\n".join(lines) + "\n").encode())
                lines.clear()
        packed.write("".join(f"{line}\n" for line in lines).encode())
        if packed is not file:
            packed.close()
        file.flush()
        os.fsync(file.fileno())
        return number

    def _put(self, partial: Path) -> None:
        if self._force:
            partial.replace(self.path)
            return
        try:
            os.link(partial, self.path)
        except FileExistsError:
            self._refuse_existing()
            raise

    def _refuse_existing(self) -> None:
        if os.path.lexists(self.path) and not (self._force and self.path.is_file()):
            remedy = "--force replaces it" if self.path.is_file() else "it is no plain file"
            raise FileRefused(f"{self.path}: is there already: {remedy}", field="path")
