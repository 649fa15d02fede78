"""Bytes into numbered lines in bounded memory: LF, CRLF or CR, with or without an end of line at the end of the file."""

from collections.abc import Iterable, Iterator

MAX_LINE = 64 * 1024
"""Bytes. A row of this layout has about a hundred; longer lines are cut off and marked."""


class TooLong(bytes):
    """The beginning of a line that is longer than `MAX_LINE`."""

    __slots__ = ()


def numbered_lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line without its end) for every line of the file that `chunks` are pieces of; an overlong line comes as `TooLong`."""
    number = 0
    rest = b""
    skipping = False
    for chunk in chunks:
        parts = (rest + chunk).splitlines(keepends=True)
        rest = parts.pop() if parts and not parts[-1].endswith(b"\n") else b""
        for part in parts:
            number += 1
            yield number, _finished(part, skipping)
            skipping = False
        if len(rest) > MAX_LINE:
            rest = rest[:MAX_LINE] + (b"\r" if rest.endswith(b"\r") else b"")
            skipping = True
    if not rest:
        return
    number += 1
    yield number, _finished(rest, skipping)


def _finished(part: bytes, cut: bool) -> bytes:
    line = part.rstrip(b"\r\n")
    return TooLong(line[:MAX_LINE]) if cut or len(line) > MAX_LINE else line
