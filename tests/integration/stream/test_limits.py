"""Floods, large frames and readers who stop cost their own socket and nobody else's."""

import json
from collections.abc import Callable
from contextlib import ExitStack, suppress
from socket import create_connection
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection
from websockets.uri import parse_uri

from tests.eventually import eventually
from tests.integration.stream.clients import Client, close_code
from tests.live import Live


def code_after(client: Client, frames: list[str]) -> int | None:
    """Send frames until the server closes; its code."""
    with suppress(ConnectionClosed):
        for frame in frames:
            client.socket.send(frame)
    return close_code(client.socket)


def test_a_frame_over_the_limit_is_refused(client: Callable[[str], Client]) -> None:
    assert code_after(client("trader1"), ["x" * (1024 * 1024 + 1)]) == CloseCode.MESSAGE_TOO_BIG


@pytest.mark.parametrize("frame", ['{"op":"subscribe","channel":"quotes","key":"IBM"}', '{"op":"ping"}', "nonsense"])
def test_ten_thousand_frames_at_once_close_the_socket(client: Callable[[str], Client], frame: str) -> None:
    """However long one of them takes: they are counted as they arrive."""
    assert code_after(client("trader1"), [frame] * 10_000) == 4429


def test_a_flood_of_the_protocols_own_pings_closes_the_socket(client: Callable[[str], Client]) -> None:
    mine = client("trader1")
    with suppress(ConnectionClosed):
        for _ in range(10_000):
            mine.socket.ping()
    assert close_code(mine.socket) == 4429


def test_a_hundred_frames_a_second_are_fine(client: Callable[[str], Client]) -> None:
    mine = client("trader1")
    for _ in range(90):
        mine.send(op="ping")
    for _ in range(90):
        assert mine.take()["type"] == "pong"


def test_a_user_has_at_most_fifty_sockets(live_stack: Live) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(live_stack.socket("compliance")) for _ in range(51)]
        codes = [_fate(socket) for socket in sockets]
    assert codes.count(None) == 50
    assert codes.count(4429) == 1


def _fate(socket: ClientConnection) -> int | None:
    try:
        Client(socket).ping()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0
    return None


class Mute:
    """A client that can be told not to answer pings, or not to read at all."""

    def __init__(self, live: Live) -> None:
        address = live.stack.addresses()["ws"]
        parts = urlsplit(address)
        self.protocol = ClientProtocol(parse_uri(address))
        self.socket = create_connection((parts.hostname, parts.port), timeout=15)
        self.protocol.send_request(self.protocol.connect())
        self.flush()
        while not self.protocol.handshake_exc and self.protocol.state.name == "CONNECTING":
            self.read()
        token = live.users["trader1"]["token"]
        self.say(op="auth", token=token)

    def say(self, **frame: str) -> None:
        self.protocol.send_text(json.dumps(frame).encode())
        self.flush()

    def flush(self) -> None:
        for data in self.protocol.data_to_send():
            self.socket.sendall(data)

    def read(self) -> bool:
        """Take what is there without answering it; False at the end."""
        data = self.socket.recv(65_536)
        if data:
            self.protocol.receive_data(data)
        return bool(data)


def test_who_answers_no_ping_is_closed_as_too_slow(live_stack: Live) -> None:
    mute = Mute(live_stack)
    while mute.read():
        pass
    assert mute.protocol.close_rcvd is not None
    assert mute.protocol.close_rcvd.code == 4408


def cut(live: Live) -> float:
    """Sockets closed as too slow so far."""
    lines = httpx.get(f"{live.web}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith('oms_stream_closed_total{code="4408"}'))


def test_a_reader_who_stops_is_cut_in_ten_seconds_and_the_others_go_on(live_stack: Live, client: Callable[[str], Client]) -> None:
    before = cut(live_stack)
    mute = Mute(live_stack)
    for symbol in ("IBM", "BAC", "AIG", "EURUSD"):
        mute.say(op="subscribe", channel="quotes", key=symbol)
        mute.say(op="subscribe", channel="book", key=symbol)
    other = client("trader2")
    assert other.answer("quotes", "IBM")["type"] == "snapshot"

    def cut_while_the_other_reads() -> bool:
        return other.take_of("quotes", timeout=5)["type"] == "update" and cut(live_stack) > before

    eventually(cut_while_the_other_reads, within=12, what="the silent reader is cut")
    mute.socket.close()
