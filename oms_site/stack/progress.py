"""What a person sees while the stack starts: one line a step, with its seconds."""

import errno
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


class Reporter(Protocol):
    """Receives progress; the library is silent by default, the commands print."""

    def line(self, text: str) -> None:
        """Say something that stays."""

    def passing(self, text: str) -> None:
        """Say something that the next line replaces."""


class Silent:
    """Says nothing."""

    def line(self, text: str) -> None:
        """Drop the line."""

    def passing(self, text: str) -> None:
        """Drop the line."""


class Printer:
    """Prints lines; passing ones overwrite each other on a terminal and are printed now and then elsewhere.

    `gone` becomes True when nobody can read any more: the terminal or the pipe was closed. `every` is the seconds
    between passing lines where they cannot be overwritten.
    """

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._tty = stream.isatty()
        self._last_passing = time.monotonic()
        self._open = False
        self.gone = False
        self.every = 10.0

    def line(self, text: str) -> None:
        """Print a line that stays."""
        self._write(f"{self._cleared()}{text}\n")

    @property
    def wants_passing(self) -> bool:
        """Whether a passing line would be shown now; making one may cost something."""
        return self._tty or time.monotonic() - self._last_passing >= self.every

    def passing(self, text: str) -> None:
        """Print a line that the next one replaces."""
        if self._tty:
            width = shutil.get_terminal_size().columns - 1
            self._write(f"{self._cleared()}{text[:width]}")
            self._open = True
        elif self.wants_passing:
            self._last_passing = time.monotonic()
            self._write(f"{text}\n")

    def _cleared(self) -> str:
        """What takes a passing line away again."""
        was_open, self._open = self._open, False
        return "\r\033[K" if was_open else ""

    def _write(self, text: str) -> None:
        """Write at once; neither a reader that went away nor a full disk may keep the stack from stopping in order."""
        if self.gone:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            self.gone = error.errno in {errno.EPIPE, errno.EIO}


@contextmanager
def step(reporter: Reporter, label: str) -> Iterator[None]:
    """Time a step and say how long it took; a step that fails says nothing here, its error speaks."""
    reporter.passing(f"  {label} ...")
    began = time.monotonic()
    yield
    reporter.line(f"  {label:<28} {time.monotonic() - began:6.1f} s")
