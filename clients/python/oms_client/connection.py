"""One socket of the stream: who we are, commands out, frames in as they were sent. `Stream` keeps it alive."""

import json
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

PING_SECONDS = 5.0
LARGEST_FRAME = 64 * 1024 * 1024
"""A snapshot of a busy account is large; the server's own limit of 64 KiB is for what clients send."""


class Connection:
    """Not for several threads at once, except `close`. Every method raises websockets' `ConnectionClosed`; opening one, `OSError` too.

    The server's pings are answered by the library, which also pings the server: a server that is gone is noticed in ten seconds.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    def open(cls, url: str, token: str, *, timeout: float = 10.0, cancel_on_disconnect: int | bool | None = None) -> Self:
        """Connect and say who we are; there is no answer to a good token, a bad one closes the socket with 4401.

        `cancel_on_disconnect`: seconds after which the orders of the day are canceled when this connection is lost; see docs/stream.md.
        """
        socket = connect(
            url,
            open_timeout=timeout,
            close_timeout=1.0,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_size=LARGEST_FRAME,
            compression=None,
            proxy=None,
        )
        made = cls(socket)
        wanted = {} if cancel_on_disconnect is None else {"cancel_on_disconnect": cancel_on_disconnect}
        made.send(op="auth", token=token, **wanted)
        return made

    def send(self, **command: Any) -> None:
        """Send a command."""
        self.socket.send(json.dumps(command))

    def receive(self, timeout: float | None = None) -> dict[str, Any]:
        """The next frame. Raises `TimeoutError`."""
        frame: dict[str, Any] = json.loads(self.socket.recv(timeout=timeout))
        return frame

    def close(self) -> None:
        """Close the socket; any thread may."""
        self.socket.close()
