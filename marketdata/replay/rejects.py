"""Rows left out by `--skip-bad`, as a file a person can mend and replay."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Self

from marketdata.domain.tape import Bad

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KEPT = 2_000


class RejectFile:
    """`NAME.rejects.csv` with line, reason and row; appears under its name only once it is whole."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{Path(name).stem}.rejects.csv"
        self._partial = self.path.with_suffix(".partial")

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._partial.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(("line", "reason", "row"))
        return self

    def add(self, bad: Bad) -> None:
        """One more row; what a spreadsheet would run as a formula is quoted, very long rows are cut."""
        row = bad.raw[:_KEPT].decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
        self._rows.writerow((bad.line, bad.reason, f"'{row}" if row.startswith(_FORMULA) else row))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        if kind is None:
            self._partial.replace(self.path)
        else:
            self._partial.unlink(missing_ok=True)
