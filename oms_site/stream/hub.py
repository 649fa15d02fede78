"""Fan-out inside one process: every (channel, key) that any socket follows is joined once, decoded once, encoded once for all of them.

Joining comes before loading, so that nothing falls between the two. A join that fails (Redis is down) is tried again by the watch, which
also compares with PostgreSQL what was delivered: the stream is then slow, not broken.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from channels.layers import get_channel_layer

from oms_site.infra import metrics
from oms_site.infra.realtime import group_name
from oms_site.stream import frames
from oms_site.stream.channel import Channel
from oms_site.stream.channels import CHANNELS
from oms_site.stream.follower import Follower
from oms_site.stream.socket import Socket

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0
Place = tuple[str, str]
"""A (channel, key)."""


class Hub:
    """All sockets of one event loop and what they follow."""

    def __init__(self, layer: Any = None) -> None:
        self.sockets: set[Socket] = set()
        self._layer = layer or get_channel_layer()
        self._name: str | None = None
        self._places: dict[Place, dict[Follower, Socket]] = {}
        self._joined: set[Place] = set()
        self._lock = asyncio.Lock()

    async def join(self, socket: Socket, follower: Follower) -> None:
        """Make `follower` the socket's subscription of its (channel, key), replacing an older one, and have it loaded."""
        place = (follower.channel.name, follower.key)
        older = socket.followers.get(place)
        if older is not None:
            self._forget(place, older)
        socket.followers[place] = follower
        self._places.setdefault(place, {})[follower] = socket
        await self.settle(place)
        socket.load(follower)

    async def leave(self, follower: Follower) -> None:
        """End a subscription; the last one of a (channel, key) leaves its group."""
        place = (follower.channel.name, follower.key)
        self._forget(place, follower)
        await self.settle(place)

    async def leave_all(self, socket: Socket) -> None:
        """The socket is gone."""
        self.sockets.discard(socket)
        places = list(socket.followers.items())
        for place, follower in places:
            self._forget(place, follower)
        for place, _ in places:
            await self.settle(place)

    async def settle(self, place: Place) -> None:
        """Be in the group of `place` if and only if somebody follows it. A Redis that is down is logged; the watch comes back to it."""
        async with self._lock:
            wanted = place in self._places
            if wanted == (place in self._joined) or self._name is None:
                return
            try:
                if wanted:
                    await self._layer.group_add(group_name(*place), self._name)
                    self._joined.add(place)
                else:
                    self._joined.discard(place)
                    await self._layer.group_discard(group_name(*place), self._name)
            except Exception as error:  # noqa: BLE001 - whatever the layer raises, the watch repairs it
                log.warning("stream_join_failed", channel=place[0], error=type(error).__name__)

    def unsettled(self) -> list[Place]:
        """Followed (channel, key)s that are not joined."""
        return [place for place in self._places if place not in self._joined]

    def followed(self) -> Iterator[tuple[Channel, list[str]]]:
        """Each channel somebody follows, with its keys."""
        for name, channel in CHANNELS.items():
            keys = [key for followed, key in self._places if followed == name]
            if keys:
                yield channel, keys

    def compare(self, channel: Channel, heads: Mapping[str, int]) -> None:
        """`heads` were in PostgreSQL a while ago: who has not got them by now has missed them."""
        for key, head in heads.items():
            for follower, socket in list(self._places.get((channel.name, key), {}).items()):
                if not follower.loading and follower.next is not None and head >= follower.next:
                    socket.missed(follower, head)

    async def listen(self) -> None:
        """Deliver what comes from the layer, for ever."""
        while True:
            try:
                self._name = await self._layer.new_channel()
                break
            except Exception as error:  # noqa: BLE001 - Redis is not there yet
                log.warning("stream_layer_unavailable", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
        for place in self.unsettled():
            await self.settle(place)
        while True:
            self._deliver(await self._layer.receive(self._name))

    def _deliver(self, message: Mapping[str, Any]) -> None:
        followers = self._places.get((message["channel"], message["key"]))
        if not followers:
            return
        start = frames.prefix(message["channel"], message["key"])
        arrived = [(seq, frames.frame(start, seq, kind, data)) for seq, kind, data in message["frames"]]
        metrics.STREAM_FRAMES.labels(message["channel"]).inc(len(arrived) * len(followers))
        for follower, socket in list(followers.items()):
            socket.offer(follower, arrived)

    def _forget(self, place: Place, follower: Follower) -> None:
        followers = self._places.get(place)
        if followers is not None:
            followers.pop(follower, None)
            if not followers:
                del self._places[place]
