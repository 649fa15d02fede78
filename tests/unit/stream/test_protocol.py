"""Who answers no ping is cut in five seconds; who has answered what the server has not read yet is not. Too many frames are refused."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from oms_site.stream.protocol import PING_SECONDS, StreamProtocol


class Loop:
    """Time that passes when told: timers in the order of their moments."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None], SimpleNamespace]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, function: Callable[[], None]) -> SimpleNamespace:
        handle = SimpleNamespace(cancel=lambda: self.timers.remove(timer))
        timer = (self.now + delay, function, handle)
        self.timers.append(timer)
        return handle

    def create_task(self, work: Any) -> Mock:
        work.close()
        return Mock()

    def pass_until(self, moment: float) -> None:
        while due := [timer for timer in self.timers if timer[0] <= moment]:
            timer = min(due, key=lambda timer: timer[0])
            self.timers.remove(timer)
            self.now = max(self.now, timer[0])
            timer[1]()
        self.now = moment

    def stand_still_until(self, moment: float) -> None:
        """What was due meanwhile runs late, once."""
        self.now = moment
        due = [timer for timer in self.timers if timer[0] <= moment]
        for timer in due:
            self.timers.remove(timer)
            timer[1]()


class Wire:
    """A transport whose peer reads."""

    def __init__(self) -> None:
        self.out = b""
        self.reading = True
        self.ended = False

    def write(self, data: bytes) -> None:
        self.out += data

    def write_eof(self) -> None:
        self.ended = True

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.ended

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str) -> None:
        return None

    abort = close = write_eof


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def peer() -> ClientProtocol:
    return ClientProtocol(parse_uri("ws://localhost/ws/stream"))


@pytest.fixture
async def server(loop: Loop, wire: Wire, peer: ClientProtocol) -> StreamProtocol:
    """An accepted socket at time 0."""

    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        """The application is not asked."""

    config = Config(nothing, log_config=None)
    config.load()
    made = StreamProtocol(config, ServerState(), {}, loop)
    made.connection_made(wire)  # type: ignore[arg-type]
    peer.send_request(peer.connect())
    made.data_received(b"".join(peer.data_to_send()))
    await made.send({"type": "websocket.accept"})
    peer.receive_data(wire.out)
    wire.out = b""
    return made


def command(server: StreamProtocol, peer: ClientProtocol) -> None:
    """The peer sends something the application has not taken yet: the server stops reading."""
    peer.send_text(b"{}")
    server.data_received(b"".join(peer.data_to_send()))


def answer_pings(server: StreamProtocol, peer: ClientProtocol, wire: Wire) -> None:
    peer.receive_data(wire.out)
    wire.out = b""
    server.data_received(b"".join(peer.data_to_send()))


async def test_no_pong_in_five_seconds_is_too_slow(server: StreamProtocol, loop: Loop, peer: ClientProtocol, wire: Wire) -> None:
    loop.pass_until(PING_SECONDS + 4.9)
    assert not server.close_sent
    loop.pass_until(PING_SECONDS + 5)
    assert server.close_sent
    peer.receive_data(wire.out)
    assert peer.close_rcvd is not None
    assert peer.close_rcvd.code == 4408


async def test_a_pong_the_server_has_not_read_is_waited_for(server: StreamProtocol, loop: Loop, peer: ClientProtocol, wire: Wire) -> None:
    command(server, peer)
    assert not wire.reading
    loop.pass_until(60)
    assert not server.close_sent
    await server.receive()
    await server.receive()
    assert wire.reading
    answer_pings(server, peer, wire)
    loop.pass_until(64)
    assert not server.close_sent


async def test_once_the_server_reads_again_the_wait_goes_on(server: StreamProtocol, loop: Loop, peer: ClientProtocol) -> None:
    command(server, peer)
    loop.pass_until(60)
    await server.receive()
    await server.receive()
    loop.pass_until(66)
    assert server.close_sent


async def test_who_takes_nothing_is_not_excused_by_commands(server: StreamProtocol, loop: Loop, peer: ClientProtocol) -> None:
    command(server, peer)
    server.pause_writing()
    loop.pass_until(PING_SECONDS + 5)
    assert server.close_sent


async def test_a_server_that_stood_still_reads_first(server: StreamProtocol, loop: Loop, peer: ClientProtocol, wire: Wire) -> None:
    loop.pass_until(PING_SECONDS)
    loop.stand_still_until(PING_SECONDS + 30)
    assert not server.close_sent
    answer_pings(server, peer, wire)
    loop.pass_until(PING_SECONDS + 34)
    assert not server.close_sent


def closed(peer: ClientProtocol, wire: Wire) -> int | None:
    """The code the peer was told."""
    peer.receive_data(wire.out)
    wire.out = b""
    return peer.close_rcvd.code if peer.close_rcvd else None


async def test_a_flood_is_refused_before_the_application_has_taken_any(server: StreamProtocol, peer: ClientProtocol, wire: Wire) -> None:
    for _ in range(101):
        peer.send_text(b"{}")
    server.data_received(b"".join(peer.data_to_send()))
    assert closed(peer, wire) == 4429
    assert server.queue.qsize() == 101  # the connect and a hundred frames


async def test_parts_of_a_message_are_frames(server: StreamProtocol, peer: ClientProtocol, wire: Wire) -> None:
    peer.send_text(b"{", fin=False)
    for _ in range(101):
        peer.send_continuation(b"", fin=False)
    server.data_received(b"".join(peer.data_to_send()))
    assert closed(peer, wire) == 4429


async def test_what_came_while_the_server_did_not_read_is_no_flood(
    server: StreamProtocol, loop: Loop, peer: ClientProtocol, wire: Wire
) -> None:
    command(server, peer)
    loop.pass_until(4)
    answer_pings(server, peer, wire)
    await server.receive()
    await server.receive()
    for _ in range(400):
        peer.send_text(b"{}")
    server.data_received(b"".join(peer.data_to_send()))
    assert closed(peer, wire) is None
