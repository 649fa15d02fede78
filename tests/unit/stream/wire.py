"""Reads the bytes a server sends, by the rules of RFC 6455 and not by our own code."""

from collections.abc import Iterable

from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader


def texts(sent: Iterable[bytes]) -> list[str]:
    """The text messages in a stream of bytes."""
    reader = StreamReader()
    for piece in sent:
        reader.feed_data(piece)
    reader.feed_eof()
    found = []
    while reader.buffer:
        parser = Frame.parse(reader.read_exact, mask=False)
        try:
            while True:
                next(parser)
        except StopIteration as done:
            frame = done.value
        assert frame.fin
        assert frame.opcode is Opcode.TEXT
        found.append(bytes(frame.data).decode())
    return found
