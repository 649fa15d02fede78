"""What is looked at again every two seconds for all sockets of the process: credentials, accounts, slots, and whether anything got lost."""

import asyncio
from collections.abc import Mapping
from weakref import WeakKeyDictionary

import structlog
from django.db import InterfaceError, OperationalError

from oms_site.stream import reads, slots
from oms_site.stream.channel import Channel, Scope
from oms_site.stream.credentials import Access, Credential, access
from oms_site.stream.hub import Hub
from oms_site.stream.presence import Presence
from oms_site.stream.socket import UNAUTHENTICATED, Socket

log = structlog.get_logger(__name__)

SECONDS = 2.0
"""Twice this and a little is the longest a revoked session, token or entitlement still gets frames."""


class Watch:
    """Runs while the hub has sockets."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.presence = Presence(hub)
        self._heads: dict[str, Mapping[str, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def enter(self, socket: Socket) -> None:
        """A socket is open: the first one starts the process' tasks."""
        self.hub.sockets.add(socket)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self.hub.listen()), asyncio.create_task(self._run())]

    async def exit(self, socket: Socket) -> None:
        """A socket is gone: give back what it held."""
        await self.hub.leave_all(socket)
        if socket.user is not None:
            await reads.run(slots.release, socket.user.pk, socket.id)
            await self.presence.gone(socket)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                await self.look()
            except (OperationalError, InterfaceError) as error:
                log.warning("stream_watch_failed", error=type(error).__name__)
            except Exception:
                log.exception("stream_watch_failed")

    async def look(self) -> None:
        """One round."""
        for place in self.hub.unsettled():
            await self.hub.settle(place)
        await self._check_access()
        await self._renew_slots()
        await self.presence.tell_all()
        await self._compare_heads()

    async def _check_access(self) -> None:
        holders: dict[Credential, list[Socket]] = {}
        for socket in self.hub.sockets:
            if socket.credential is not None:
                holders.setdefault(socket.credential, []).append(socket)
        for credential, sockets in holders.items():
            private = any(f.channel.scope is Scope.ACCOUNT for socket in sockets for f in socket.followers.values())
            now = await reads.run(access, credential, with_accounts=private)
            for socket in sockets:
                await self._apply(socket, now)

    async def _apply(self, socket: Socket, now: Access) -> None:
        if now.user is None or not now.has_role:
            socket.close(UNAUTHENTICATED)
            return
        for follower in socket.revoke(now.accounts, desk=now.desk):
            await self.hub.leave(follower)

    async def _renew_slots(self) -> None:
        holders: dict[int, list[str]] = {}
        for socket in self.hub.sockets:
            if socket.user is not None:
                holders.setdefault(socket.user.pk, []).append(socket.id)
        for user_id, sockets in holders.items():
            await reads.run(slots.take, user_id, sockets)

    async def _compare_heads(self) -> None:
        """What PostgreSQL held one round ago should have arrived by now."""
        found: dict[str, Mapping[str, int]] = {}
        followed: list[tuple[Channel, list[str]]] = list(self.hub.followed())
        for channel, keys in followed:
            self.hub.compare(channel, self._heads.get(channel.name, {}))
            found[channel.name] = await reads.run(channel.heads, keys)
        self._heads = found


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch() -> Watch:
    """The running event loop's watch."""
    loop = asyncio.get_running_loop()
    if loop not in _watches:
        _watches[loop] = Watch(Hub())
    return _watches[loop]
