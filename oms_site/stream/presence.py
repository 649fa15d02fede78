"""Tells the room of orders which traders are connected to this process: a process that no longer tells is taken for dead."""

import asyncio
import uuid

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from oms_site.infra.tracking.context import acting
from oms_site.stream import reads
from oms_site.stream.hub import Hub
from oms_site.stream.socket import Socket
from orders import services as order_services

log = structlog.get_logger(__name__)


class Presence:
    """What one process tells, one thing after the other: what is told later was true later."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._process = uuid.uuid4().hex
        self._lock = asyncio.Lock()

    async def tell(self, socket: Socket) -> None:
        """The trader's socket is open, with what it says now. Raises what the database does."""
        async with self._lock:
            if socket in self._hub.sockets:
                await reads.run(self._seen, [_seen(socket)], whole=False)

    async def tell_all(self) -> None:
        """The process lives and these are its traders' sockets: what was missed is made up for. Raises what the database does."""
        async with self._lock:
            await reads.run(self._seen, [_seen(socket) for socket in self._hub.sockets if socket.trades], whole=True)

    async def gone(self, socket: Socket) -> None:
        """The socket is closed; where the database does not answer, the next round tells."""
        if not socket.trades:
            return
        async with self._lock:
            try:
                await reads.run(_gone, socket.id)
            except (OperationalError, InterfaceError) as error:
                log.warning("stream_presence_not_told", error=type(error).__name__)

    def _seen(self, sockets: list[order_services.Seen], *, whole: bool) -> None:
        with acting("stream", request_id=uuid.uuid4().hex):
            order_services.sockets_seen(process=self._process, sockets=sockets, now=timezone.now(), whole=whole)


def _seen(socket: Socket) -> order_services.Seen:
    return order_services.Seen(socket.id, socket.user.pk, socket.grace)


def _gone(socket_id: str) -> None:
    with acting("stream", request_id=uuid.uuid4().hex):
        order_services.sockets_gone(ids=[socket_id], now=timezone.now())
