"""Progress of a feed for a person at a terminal, as plain lines for a log, or as JSON for a program."""

import json
import sys
import time
from types import TracebackType
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from marketdata.selectors import from_microseconds

PLAIN_EVERY_SECONDS = 5.0
JSON_EVERY_SECONDS = 0.5
_WINDOW_SECONDS = 2.0


class Progress(Protocol):
    """What shows how far a feed is, from entry to exit."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def show(self, rows: int, position: int = 0) -> None:
        """`rows` are done; `position` is the file's time reached (microseconds), 0 while there is none."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Show no more."""


class Rate:
    """Rows per second over the last few seconds. A jump backward begins anew."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._from: int | None = None
        self._rate = 0

    def of(self, rows: int) -> int:
        """The rate, now that `rows` are done."""
        now = time.monotonic()
        if self._from is None or rows < self._from:
            self._since, self._from = now, rows
        elif now - self._since >= _WINDOW_SECONDS or not self._rate:
            self._rate = int((rows - self._from) / max(now - self._since, 0.001))
            if now - self._since >= _WINDOW_SECONDS:
                self._since, self._from = now, rows
        return self._rate


class FeedProgress:
    """Rows done, rate and time left; a bar on a terminal, a line every few seconds elsewhere. Writes to standard error."""

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._total = total
        self._told = time.monotonic()
        self._rate = Rate()
        self._bar: Bar | None = None
        if sys.stderr.isatty():
            rate = TextColumn("{task.fields[rate]} rows/s, {task.fields[at]}")
            columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(what, total=total, rate=0, at="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def show(self, rows: int, position: int = 0) -> None:
        """`rows` are done, up to this time of the file."""
        now = time.monotonic()
        rate = self._rate.of(rows)
        at = f"{from_microseconds(position):%Y-%m-%d %H:%M:%S}" if position else ""
        if self._bar is not None:
            self._bar.update(self._task, completed=rows, rate=rate, at=at)
        elif now - self._told >= PLAIN_EVERY_SECONDS:
            self._told = now
            of = f" of {self._total}" if self._total is not None else ""
            left = f", {(self._total - rows) // rate} s left" if self._total is not None and rate else ""
            sys.stderr.write(f"{self._what}: {rows}{of} rows, {rate} rows/s{left}{at and f', at {at}'}\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()


class Silent:
    """For nobody who looks."""

    def __init__(self, what: str, total: int | None) -> None:
        """Takes what the others take."""

    def __enter__(self) -> Self:
        return self

    def show(self, rows: int, position: int = 0) -> None:
        """Nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing is held."""


class Out(Protocol):
    """Where lines go."""

    def write(self, line: str, /) -> Any:
        """One line."""


class JsonProgress:
    """A line of JSON every half second: what, rows, total, rate, seconds left, position."""

    def __init__(self, what: str, total: int | None, out: Out) -> None:
        self._what = what
        self._total = total
        self._out = out
        self._told = 0.0
        self._rate = Rate()

    def __enter__(self) -> Self:
        return self

    def show(self, rows: int, position: int = 0) -> None:
        """`rows` are done, up to this time of the file."""
        now, rate = time.monotonic(), self._rate.of(rows)
        if now - self._told < JSON_EVERY_SECONDS:
            return
        self._told = now
        told: dict[str, Any] = {"what": self._what, "rows": rows, "total": self._total, "rows_per_second": rate}
        told["seconds_left"] = (self._total - rows) // rate if self._total is not None and rate else None
        told["position"] = from_microseconds(position).isoformat() if position else None
        self._out.write(json.dumps(told) + "\n")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing is held."""
