"""Bytes as lines, in batches as they come: a whole block from a file, what is there from a pipe, so nobody is kept waiting."""

from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 1 << 18
"""Bytes read at a time."""


def batches(source: BinaryIO) -> Iterator[list[bytes]]:
    """All lines of `source`, without their ends (LF). A line of any length is put together once. Raises `OSError` of the read."""
    pieces: list[bytes] = []
    while block := source.read1(BLOCK):  # type: ignore[attr-defined] # every buffered reader has it
        head, end, rest = block.partition(b"\n")
        pieces.append(head)
        if end:
            lines = rest.split(b"\n")
            last = lines.pop()
            yield [b"".join(pieces), *lines]
            pieces = [last]
    if tail := b"".join(pieces):
        yield [tail]
