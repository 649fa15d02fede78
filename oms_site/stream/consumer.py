"""The edge of `/ws/stream`: handshake, authentication, the client's frames. See ADR 0007."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

from marketdata import selectors as market_selectors
from oms_site.infra import metrics
from oms_site.infra.alerts import selectors as alert_selectors
from oms_site.stream import frames, handshake, reads, slots
from oms_site.stream.channel import Scope
from oms_site.stream.channels import CHANNELS
from oms_site.stream.credentials import ApiToken, Credential, SessionCookie, access
from oms_site.stream.follower import Follower
from oms_site.stream.protocol import ENCODED
from oms_site.stream.socket import FORBIDDEN, TOO_MANY, TRY_AGAIN_LATER, UNAUTHENTICATED, Socket
from oms_site.stream.watch import watch
from risk import selectors as risk_selectors

AUTH_SECONDS = 5.0
MOST_SUBSCRIPTIONS = 1_000
_LONGEST_KEY = 32
_MARKET: Mapping[Scope, Callable[[Collection[str]], frozenset[str]]] = {
    Scope.SYMBOL: market_selectors.instruments_known,
    Scope.BARS: market_selectors.candle_keys_known,
}
"""What everyone may follow: which of some keys there are."""


class StreamConsumer(AsyncWebsocketConsumer):
    """One client. The hub listens to the channel layer for all sockets of the process, so this consumer has none of its own."""

    channel_layer_alias = ""
    socket: Socket | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket until it is gone, and clean up however it went."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self.socket is not None:
                metrics.STREAM_SOCKETS.dec()
                await watch().exit(self.socket)
                self.socket.stop()

    async def connect(self) -> None:
        """Refuse at the handshake what can be refused there; then a session cookie is enough, or a token must follow in five seconds."""
        if ENCODED not in self.scope.get("extensions", {}):
            raise ImproperlyConfigured("the stream needs its own protocol: uvicorn --ws oms_site.stream.protocol:StreamProtocol")
        if handshake.refusal(self.scope) is not None:
            metrics.STREAM_CLOSED.labels("403").inc()
            await self.close()
            return
        await self.accept()
        loop = asyncio.get_running_loop()
        self.socket = Socket(self.base_send)
        metrics.STREAM_SOCKETS.inc()
        watch().enter(self.socket)
        loop.call_later(AUTH_SECONDS, self._still_nobody)
        key = handshake.session_key(self.scope)
        if key is not None:
            try:
                await self._authenticate(self.socket, SessionCookie(key))
            except (OperationalError, InterfaceError):
                self.socket.close(TRY_AGAIN_LATER)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame of the client."""
        socket = self.socket
        if socket is None or socket.outbox.close_code is not None:
            return
        try:
            if text_data is None:
                raise frames.BadFrame("frame_invalid", "send text frames")
            command = frames.parse(text_data)
            if socket.user is None:
                await self._first(socket, command)
            else:
                await self._follow(socket, command)
        except frames.BadFrame as bad:
            if socket.user is None:
                socket.close(UNAUTHENTICATED)
            socket.tell(frames.error(bad.code, bad.message, bad.channel, bad.key))
        except (OperationalError, InterfaceError):
            self._unavailable(socket, text_data or "")

    def _unavailable(self, socket: Socket, text: str) -> None:
        """The database does not answer: who is not known yet comes back later, who is asks again for what the frame named."""
        if socket.user is None:
            socket.close(TRY_AGAIN_LATER)
        else:
            command = frames.parse(text)
            socket.tell(frames.error("unavailable", "the database does not answer now: try again", command.channel, command.key))

    async def _first(self, socket: Socket, command: frames.Command) -> None:
        if command.op != "auth":
            raise frames.BadFrame("not_authenticated", "the first frame must be an auth")
        await self._authenticate(socket, ApiToken(command.token), command.grace)

    async def _follow(self, socket: Socket, command: frames.Command) -> None:
        match command.op:
            case "ping":
                socket.tell(frames.PONG)
            case "subscribe":
                await self._subscribe(socket, command)
            case "unsubscribe":
                follower = socket.followers.pop((command.channel, command.key), None)
                if follower is not None:
                    await watch().hub.leave(follower)
            case _:
                raise frames.BadFrame("already_authenticated", "this socket is authenticated already")

    async def _authenticate(self, socket: Socket, credential: Credential, grace: int | None = None) -> None:
        found = await reads.run(access, credential, with_accounts=False)
        if found.user is None:
            socket.close(UNAUTHENTICATED)
        elif not found.has_role:
            socket.close(FORBIDDEN)
        elif not await reads.run(slots.take, found.user.pk, [socket.id]):
            socket.close(TOO_MANY)
        else:
            socket.user, socket.credential, socket.trades = found.user, credential, found.trades
            await self._present(socket, grace)

    async def _present(self, socket: Socket, grace: int | None) -> None:
        """Tell that the trader is connected, and what the socket says of cancel-on-disconnect: in force once later frames are answered."""
        if grace is not None and not socket.trades:
            raise frames.BadFrame("cancel_on_disconnect_invalid", "cancel_on_disconnect: you enter no orders, leave it out")
        socket.grace = socket.grace if grace is None else grace
        if socket.trades:
            await watch().presence.tell(socket)

    async def _subscribe(self, socket: Socket, command: frames.Command) -> None:
        channel = CHANNELS.get(command.channel)
        told = (command.channel[:512], command.key[:512])
        if channel is None:
            raise frames.BadFrame("channel_unknown", f"channel: must be one of {', '.join(CHANNELS)}", *told)
        if not await _may_follow(socket.user, channel.scope, command.key):
            raise frames.BadFrame("key_unknown", f"key: there is no such {channel.scope.value}, or none you may see", *told)
        if len(socket.followers) >= MOST_SUBSCRIPTIONS:
            raise frames.BadFrame("too_many_subscriptions", f"at most {MOST_SUBSCRIPTIONS} subscriptions a socket", *told)
        if command.grace is not None:
            await self._present(socket, command.grace)
        await watch().hub.join(socket, Follower(channel, command.key, command.from_seq))

    def _still_nobody(self) -> None:
        if self.socket is not None and self.socket.user is None:
            self.socket.close(UNAUTHENTICATED)


async def _may_follow(user: Any, scope: Scope, key: str) -> bool:
    """Whether the key exists and the user may see it; both are answered alike. Reads PostgreSQL, for the market's keys with all who ask."""
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        return False
    if scope in _MARKET:
        return bool(await reads.together().get(_known, scope, key))
    return await reads.run(_may_see, user, scope, key)


def _known(scope: Scope, keys: Collection[str]) -> dict[str, bool]:
    known = _MARKET[scope](keys)
    return {key: key in known for key in keys}


def _may_see(user: Any, scope: Scope, key: str) -> bool:
    if scope is Scope.DESK:
        return key == alert_selectors.DESK and alert_selectors.sees_alerts(user)
    return risk_selectors.accounts_visible(user).filter(code=key).exists()
