"""What one socket has still to send: bounded, so that a reader who stops costs this much memory and no more."""

import asyncio
from collections import deque

CONGESTED_FRAMES = 256
"""From here on market data is left out; the reader gets a snapshot when it has caught up."""
DRAINED_FRAMES = 32
MOST_FRAMES = 4_096
MOST_CHARACTERS = 8 * 1024 * 1024


class Outbox:
    """A queue of frames with one reader (the socket's writer). After `close` nothing is taken any more and the close code comes last."""

    def __init__(self) -> None:
        self._frames: deque[str] = deque()
        self._characters = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()
        self.close_code: int | None = None

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def congested(self) -> bool:
        """Whether the reader is behind so far that market data should wait."""
        return len(self._frames) >= CONGESTED_FRAMES or self._characters >= MOST_CHARACTERS // 8

    def put(self, text: str) -> bool:
        """Append a frame; False when there is no room (one frame of any size fits into an empty outbox)."""
        if self.close_code is not None:
            return True
        if self._frames and (len(self._frames) >= MOST_FRAMES or self._characters + len(text) > MOST_CHARACTERS):
            return False
        self._frames.append(text)
        self._characters += len(text)
        self._filled.set()
        if self.congested:
            self._roomy.clear()
        return True

    async def room(self) -> None:
        """Wait until the reader has caught up far enough for more (or the socket closes)."""
        await self._roomy.wait()

    async def get(self) -> str | None:
        """The next frame; None when the socket is to be closed with `close_code`."""
        while not self._frames and self.close_code is None:
            self._filled.clear()
            await self._filled.wait()
        if self.close_code is not None:
            return None
        text = self._frames.popleft()
        self._characters -= len(text)
        if not self.congested:
            self._roomy.set()
        return text

    def close(self, code: int) -> None:
        """Drop what is queued; the first code given is the one sent."""
        if self.close_code is None:
            self.close_code = code
        self._frames.clear()
        self._characters = 0
        self._filled.set()
        self._roomy.set()
