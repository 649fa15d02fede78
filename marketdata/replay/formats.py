"""What a file of quotes is packed in, told by its first bytes and not by its name, and its text unpacked in bounded memory."""

import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any

CHUNK = 64 * 1024
"""Bytes of text given on at once, however well they were packed."""
XZ_MEMORY = 96 * 1024 * 1024
"""What unpacking xz may take; the strongest preset (-9) needs 65 MiB."""


class Packing(StrEnum):
    """How the rows are stored."""

    PLAIN = "csv"
    GZIP = "gz"
    XZ = "xz"
    PARQUET = "parquet"


class Unreadable(ValueError):
    """The bytes are damaged, or packed in a way that is not read; the message says what to do."""


_KNOWN = ((b"\x1f\x8b", Packing.GZIP), (b"\xfd7zXZ\x00", Packing.XZ), (b"PAR1", Packing.PARQUET))
_OTHERS = (
    (b"PK\x03\x04", "a ZIP archive or workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"BZh", "packed by bzip2"),
    (b"\x28\xb5\x2f\xfd", "packed by Zstandard"),
    (b"\x04\x22\x4d\x18", "packed by LZ4"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
)


def packing_of(beginning: bytes) -> Packing:
    """How a file that begins so is packed. Raises `Unreadable` for what is known and not read."""
    for magic, what in _OTHERS:
        if beginning.startswith(magic):
            raise Unreadable(f"is {what}: unpack it; CSV is read plain, as gz, as xz, and Parquet")
    return next((packing for magic, packing in _KNOWN if beginning.startswith(magic)), Packing.PLAIN)


def unpacked(raw: Iterable[bytes], packing: Packing) -> Iterator[bytes]:
    """The text of a file in pieces of at most `CHUNK` bytes. Raises `Unreadable` where the packing is damaged or cut."""
    if packing is Packing.PLAIN:
        return iter(raw)
    if packing is Packing.GZIP:
        return _members(raw, lambda: zlib.decompressobj(wbits=31), _gzip_texts)
    return _members(raw, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY), _xz_texts)


def _members(raw: Iterable[bytes], new: Callable[[], Any], texts: Callable[[Any, bytes], Iterator[bytes]]) -> Iterator[bytes]:
    """Member after member, as `cat a.gz b.gz` makes them, zeros between them or not."""
    member = None
    try:
        for piece in raw:
            data = piece
            while data := data if member else data.lstrip(b"\0"):
                member = member or new()
                yield from texts(member, data)
                data, member = (member.unused_data, None) if member.eof else (b"", member)
    except (zlib.error, lzma.LZMAError) as error:
        raise Unreadable(f"cannot be unpacked ({error}): copy or pack it anew (xz -6 or lower)") from None
    if member:
        raise Unreadable("ends in the middle of the packed text: copy it again")


def _gzip_texts(member: Any, data: bytes) -> Iterator[bytes]:
    while not member.eof:
        text = member.decompress(data, CHUNK)
        yield text
        data = member.unconsumed_tail
        if not data and len(text) < CHUNK:
            return


def _xz_texts(member: Any, data: bytes) -> Iterator[bytes]:
    yield member.decompress(data, CHUNK)
    while not member.eof and not member.needs_input:
        yield member.decompress(b"", CHUNK)
