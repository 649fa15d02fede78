"""uvicorn's socket protocol with this stream's manners: `uvicorn --ws oms_site.stream.protocol:StreamProtocol`.

Frames come encoded (`{"type": "websocket.send", "frames": [bytes, …]}`, an extension of ASGI): one encoding serves all readers, one write
carries all that waits for a reader.

A browser cannot send pings, and an ASGI application cannot either, so the server's pings are the protocol's own: every five seconds, and
without a pong within five more the socket is closed with 4408 (seconds in which the server itself did not read do not count). A reader
who stopped cannot take a close frame: the connection is cut.
"""

from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from oms_site.infra import metrics
from oms_site.stream.rate import Bucket

PING_SECONDS = 5.0
PONG_SECONDS = 5.0
"""Counted by seconds: see `keepalive_timeout`."""
_A_SECOND = 1.0
FRAMES_PER_SECOND = 100
"""Of a client, the protocol's own pings among them; counted as they arrive, so that a flood is refused before any of it is worked on."""
LARGEST_FRAME = 64 * 1024
TOO_SLOW, TOO_MANY = 4408, 4429
ENCODED = "oms.encoded_frames"
"""The extension's name in the ASGI scope."""


class StreamProtocol(WebSocketsSansIOProtocol):
    """Pings, close codes and limits of the stream."""

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        config.ws_per_message_deflate = False  # small frames, many readers: time is dearer than bytes
        config.ws_max_size = min(config.ws_max_size, LARGEST_FRAME)
        super().__init__(config, *args, **kwargs)
        self.ping_interval, self.ping_timeout = PING_SECONDS, _A_SECOND
        self._waited = 0.0
        self._frames = Bucket(FRAMES_PER_SECOND, FRAMES_PER_SECOND, self.loop.time())
        self._paused_at = 0.0

    def send_keepalive_ping(self) -> None:
        """As uvicorn's; the wait for its pong begins."""
        self._waited = 0.0
        super().send_keepalive_ping()

    def keepalive_timeout(self) -> None:
        """A second without the pong. It counts if the server was reading: what lies unread because the server is behind with this socket's
        commands may be the pong, and a second in which the event loop stood still is one however long it was. Who takes nothing is not
        excused by commands.
        """
        if not self.read_paused or not self.writable.is_set():
            self._waited += _A_SECOND
        if self._waited < PONG_SECONDS:
            self.pong_timer = self.loop.call_later(_A_SECOND, self.keepalive_timeout)
            return
        self.pong_timer = None
        self.pending_ping_payload = None
        if not self.close_sent and not self.transport.is_closing():
            self._fail(TOO_SLOW, "no pong")

    async def receive(self) -> Any:
        """As uvicorn's, which reads on once the application has taken everything: what a client sent meanwhile is not too much of it."""
        paused = self.read_paused
        message = await super().receive()
        if paused and not self.read_paused:
            self._frames.excuse(self._paused_at, self.loop.time())
        return message

    def data_received(self, data: bytes) -> None:
        """As uvicorn's, which reads no further until the application has taken what it got."""
        paused = self.read_paused
        super().data_received(data)
        if self.read_paused and not paused:
            self._paused_at = self.loop.time()

    def handle_ping(self) -> None:
        """A client's own ping is answered, a flood of them is not."""
        if self._within_rate():
            super().handle_ping()

    def handle_cont(self, event: Any) -> None:
        """A message in parts: each is a frame."""
        if event.fin or self._within_rate():
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """A client's frame, unless there are too many."""
        if self._within_rate():
            super().send_receive_event_to_app()

    def _within_rate(self) -> bool:
        if self.close_sent:
            return False
        if not self._frames.take(self.loop.time()):
            self._fail(TOO_MANY, "too many frames")
            return False
        return True

    def handle_parser_exception(self) -> None:
        """A frame no one takes (too large, malformed): say so."""
        if self.close_sent:
            return
        told = self.conn.close_sent
        assert told is not None
        self.queue.put_nowait({"type": "websocket.disconnect", "code": told.code, "reason": told.reason})
        metrics.STREAM_CLOSED.labels(str(told.code)).inc()
        self._say_and_drain()

    def handle_connect(self, event: Any) -> None:
        """Tell the application that it may send encoded frames."""
        super().handle_connect(event)
        if hasattr(self, "scope"):  # not where the handshake was refused
            self.scope["extensions"][ENCODED] = {}

    async def send(self, message: Any) -> None:
        """As uvicorn's, for encoded frames too; and a peer that does not answer the close is cut off instead of being waited for."""
        if "frames" in message:
            await self.writable.wait()
            if self.disconnected or self.close_sent:
                raise ClientDisconnected
            self.transport.write(b"".join(message["frames"]))
            return
        await super().send(message)
        if message["type"] == "websocket.close" and self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(PONG_SECONDS, self.transport.abort)

    def _fail(self, code: int, reason: str) -> None:
        metrics.STREAM_CLOSED.labels(str(code)).inc()
        stuck = self.transport.get_write_buffer_size() > 0
        self.conn.fail(code, reason)
        self._say_and_drain()
        if stuck:
            self.transport.abort()

    def _say_and_drain(self) -> None:
        """Send the close frame, then let what the peer is still sending run out unread.

        Closing at once would reset the connection under a peer who sends, and who would then never see the code.
        """
        self.stop_keepalive()
        self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(PONG_SECONDS, self.transport.abort)
