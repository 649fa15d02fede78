"""The push side of the stream: what a projection has committed goes to every web process through Redis. See ADR 0007.

A push may be lost (Redis is down, a reader is slow): the sequence of the next frame, or the reader's own look at PostgreSQL, shows it.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import structlog
from channels.layers import get_channel_layer

from oms_site.infra import metrics
from oms_site.infra.bus.processor import Frame

log = structlog.get_logger(__name__)

MESSAGE_TYPE = "stream.frames"
_PLAIN = re.compile(r"[A-Za-z0-9.-]{1,64}")
_MOST_FRAMES = 500
_TIMEOUT = 1.0
_PAUSE_AFTER_FAILURE = 1.0


def group_name(channel: str, key: str) -> str:
    """The Channels group of one (channel, key). Keys a group name cannot hold are hashed: any text has a name of its own."""
    if _PLAIN.fullmatch(key):
        return f"{channel}.{key}"
    return f"{channel}_{hashlib.blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def by_group(frames: Iterable[Frame]) -> dict[str, list[Frame]]:
    """The frames of each (channel, key) in the order given, by the name of its group."""
    gathered: dict[tuple[str, str], list[Frame]] = {}
    for frame in frames:
        gathered.setdefault((frame.channel, frame.key), []).append(frame)
    return {group_name(*place): found for place, found in gathered.items()}


def messages(frames: Sequence[Frame]) -> Iterator[dict[str, Any]]:
    """The messages that carry the frames of one group; very many frames are cut into several."""
    channel, key = frames[0].channel, frames[0].key
    for start in range(0, len(frames), _MOST_FRAMES):
        told = [(frame.seq, frame.type, frame.data().decode()) for frame in frames[start : start + _MOST_FRAMES]]
        yield {"type": MESSAGE_TYPE, "channel": channel, "key": key, "frames": told}


class Publisher:
    """Pushes frames from a worker's thread. Make it in the process and thread that uses it; never raises for Redis.

    After a failure it does not try again for a second, so that a Redis that is down costs the projection little.
    """

    def __init__(self, layer: Any = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._layer = layer or get_channel_layer()
        self._not_before = 0.0

    def push(self, frames: Iterable[Frame]) -> bool:
        """Send what a batch produced, after its commit, to whoever follows it. False when it was not sent: logged, counted, noticed by
        readers as a gap.

        Who joins after the look reads a snapshot that has the batch in it already, as it was committed before: nothing falls between.
        """
        batch = by_group(frames)
        if not batch:
            return True
        if time.monotonic() < self._not_before:
            metrics.STREAM_PUSH_FAILED.inc()
            return False
        try:
            self._loop.run_until_complete(asyncio.wait_for(self._send(batch), _TIMEOUT))
        except Exception as error:  # noqa: BLE001 - whatever the layer raises, the projection goes on
            self._failed(error)
            return False
        return True

    async def _send(self, batch: Mapping[str, Sequence[Frame]]) -> None:
        followed = await self._layer.followed(batch.keys())
        sent = [(group, message) for group, found in batch.items() if group in followed for message in messages(found)]
        if sent:
            await self._layer.group_send_all(sent)

    def _failed(self, error: Exception) -> None:
        metrics.STREAM_PUSH_FAILED.inc()
        log.warning("stream_push_failed", error=type(error).__name__, detail=str(error)[:200])
        self._not_before = time.monotonic() + _PAUSE_AFTER_FAILURE
        try:  # a connection cut short in the middle of an answer is not used again
            self._loop.run_until_complete(asyncio.wait_for(self._layer.flush(), _TIMEOUT))
        except Exception as again:  # noqa: BLE001 - as above
            log.warning("stream_flush_failed", error=type(again).__name__)

    def close(self) -> None:
        """Close the connection and the loop."""
        if not self._loop.is_closed():
            self._loop.close()
