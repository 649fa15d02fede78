"""What one socket has still to send: bounded, so that a reader who stops costs this much memory and no more."""

import asyncio
from collections import deque

CONGESTED_FRAMES = 256
"""From here on market data is left out; the reader gets a snapshot when it has caught up."""
DRAINED_FRAMES = 32
MOST_FRAMES = 4_096
MOST_BYTES = 8 * 1024 * 1024
AT_ONCE_BYTES = 64 * 1024
"""What is handed to the connection in one piece."""


class Outbox:
    """A queue of encoded frames with one reader (the socket's writer). After `close` nothing is taken; the code comes last."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()
        self.close_code: int | None = None

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def congested(self) -> bool:
        """Whether the reader is behind so far that market data should wait."""
        return len(self._frames) >= CONGESTED_FRAMES or self._bytes >= MOST_BYTES // 8

    def put(self, frame: bytes) -> bool:
        """Append a frame; False when there is no room (one frame of any size fits into an empty outbox)."""
        if self.close_code is not None:
            return True
        if self._frames and (len(self._frames) >= MOST_FRAMES or self._bytes + len(frame) > MOST_BYTES):
            return False
        self._frames.append(frame)
        self._bytes += len(frame)
        self._filled.set()
        if self.congested:
            self._roomy.clear()
        return True

    async def room(self) -> None:
        """Wait until the reader has caught up far enough for more (or the socket closes)."""
        await self._roomy.wait()

    async def get(self) -> list[bytes] | None:
        """The next frames, as many as make one piece; None when the socket is to be closed with `close_code`."""
        while not self._frames and self.close_code is None:
            self._filled.clear()
            await self._filled.wait()
        if self.close_code is not None:
            return None
        taken: list[bytes] = []
        size = 0
        while self._frames and (not taken or size + len(self._frames[0]) <= AT_ONCE_BYTES):
            taken.append(self._frames.popleft())
            size += len(taken[-1])
        self._bytes -= size
        if not self.congested:
            self._roomy.set()
        return taken

    def close(self, code: int) -> None:
        """Drop what is queued; the first code given is the one sent."""
        if self.close_code is None:
            self.close_code = code
        self._frames.clear()
        self._bytes = 0
        self._filled.set()
        self._roomy.set()
