"""The Python client's connection with what tests ask of it: every frame as the server sent it, nothing repaired."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from oms_client import Connection
from tests.live import Live


class Client(Connection):
    """Sends commands, takes frames, and keeps what it has taken."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.frames: list[dict[str, Any]] = []

    def subscribe(self, channel: str, key: str, **more: Any) -> None:
        self.send(op="subscribe", channel=channel, key=key, **more)

    def take(self, timeout: float = 10) -> dict[str, Any]:
        self.frames.append(self.receive(timeout))
        return self.frames[-1]

    def take_of(self, channel: str, *, timeout: float = 10) -> dict[str, Any]:
        """The next frame of a channel."""
        while (frame := self.take(timeout))["channel"] != channel:
            pass
        return frame

    def answer(self, channel: str, key: str, **more: Any) -> dict[str, Any]:
        """Subscribe and take the answer."""
        self.subscribe(channel, key, **more)
        while True:
            frame = self.take()
            if (frame["channel"], frame["key"]) == (channel, key):
                return frame

    def ping(self) -> None:
        """Make sure that everything sent so far was taken: a pong comes after what came before it."""
        self.send(op="ping")
        while self.take()["type"] != "pong":
            pass


def close_code(socket: ClientConnection, within: float = 12) -> int | None:
    """Read until the server closes; its code (None where the connection was cut)."""
    try:
        while True:
            socket.recv(timeout=within)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@contextmanager
def log_in(live: Live, name: str) -> Iterator[httpx.Client]:
    """A client with the session of a demo person."""
    with httpx.Client(base_url=live.web, timeout=30) as client:
        page = client.get("/login")
        answer = client.post(
            "/login",
            data={"username": name, "password": live.users[name]["password"], "csrfmiddlewaretoken": csrf(page.text)},
            headers={"Referer": f"{live.web}/login"},
        )
        assert answer.status_code == 302, answer.text
        yield client


def csrf(page: str) -> str:
    """The form's token."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


def cookies(client: httpx.Client) -> dict[str, str]:
    """The client's cookies as a header."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
