"""A run from its first byte to its last: where lines come from, where answers go, and what the interpreter must not be in the way of."""

import gc
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from matching.match_stream.reading import batches
from matching.match_stream.session import Session

Write = Callable[[str], object]
"""Takes a text to where it belongs: nothing of it is held back."""

_THRESHOLDS = (50_000, 20, 50)


def run(source: BinaryIO, write: Write, *, session: Session, with_hash: bool) -> None:
    """Answer every line of `source`; what is known is written out before more is waited for.

    Raises `Malformed` (`session.line` says where) after writing what came before it, and `OSError` of either end.
    """
    with _long_run():
        for lines in batches(source):
            try:
                session.take(lines)
            finally:
                write(session.answers.drain())
        if with_hash:
            session.take_hash()
            write(session.answers.drain())


def standard_input() -> BinaryIO:
    """The bytes of standard input, also where a text stream without any took its place. Raises `OSError` when it is closed."""
    if sys.stdin is None:
        raise OSError("standard input is closed")
    buffer = getattr(sys.stdin, "buffer", None)
    return io.BytesIO(sys.stdin.read().encode()) if buffer is None else buffer


def abandon_standard_output() -> None:
    """After a write failed: what Python still holds goes nowhere, or its own last flush would fail as well."""
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


@contextmanager
def _long_run() -> Iterator[None]:
    """Look for garbage cycles rarely, which orders do not form once closed, and let integers have as many digits as they need."""
    thresholds, digits = gc.get_threshold(), sys.get_int_max_str_digits()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(digits)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
