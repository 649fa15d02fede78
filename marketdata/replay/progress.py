"""Progress of a feed for a person at a terminal, or as plain lines for a log."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PLAIN_EVERY_SECONDS = 5.0


class FeedProgress:
    """Rows done, rate and time left; a bar on a terminal, a line every few seconds elsewhere. Writes to standard error."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._total = total
        self._started = self._told = time.monotonic()
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            rate = TextColumn("{task.fields[rate]} rows/s")
            columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(what, total=total, rate=0)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def show(self, rows: int) -> None:
        """`rows` are done."""
        now = time.monotonic()
        rate = int(rows / max(now - self._started, 0.001))
        if self._bar is not None:
            self._bar.update(self._task, completed=rows, rate=rate)
        elif now - self._told >= PLAIN_EVERY_SECONDS:
            self._told = now
            of = f" of {self._total}" if self._total is not None else ""
            sys.stderr.write(f"{self._what}: {rows}{of} rows, {rate} rows/s\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()
