"""What a person sees while the stack starts: one line a step, with its seconds."""

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
    """Prints lines; passing ones overwrite each other on a terminal and are printed now and then elsewhere."""

    _EVERY = 5.0  # seconds between passing lines where they cannot be overwritten

    def __init__(self, stream: TextIO = sys.stdout) -> None:
        self._stream = stream
        self._tty = stream.isatty()
        self._last_passing = time.monotonic()
        self._open = False

    def line(self, text: str) -> None:
        """Print a line that stays."""
        self._clear()
        print(text, file=self._stream, flush=True)

    def passing(self, text: str) -> None:
        """Print a line that the next one replaces."""
        if self._tty:
            self._clear()
            print(text[:150], end="", file=self._stream, flush=True)
            self._open = True
        elif time.monotonic() - self._last_passing >= self._EVERY:
            self._last_passing = time.monotonic()
            print(text, file=self._stream, flush=True)

    def _clear(self) -> None:
        if self._open:
            print("\r\033[K", end="", file=self._stream)
            self._open = False


@contextmanager
def step(reporter: Reporter, label: str) -> Iterator[None]:
    """Time a step and say how long it took; a step that fails says nothing here, its error speaks."""
    reporter.passing(f"  {label} ...")
    began = time.monotonic()
    yield
    reporter.line(f"  {label:<28} {time.monotonic() - began:6.1f} s")
