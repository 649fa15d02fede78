"""A server of the stream in memory: a journal of frames per (channel, key), and the power to lose, double and close."""

from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

Frame = dict[str, Any]


def closed(code: int | None) -> ConnectionClosedError:
    return ConnectionClosedError(None if code is None else Close(code, ""), None)


class Server:
    """Frames 1 to `head` of `orders` of `A`; a market channel knows only its newest."""

    def __init__(self) -> None:
        self.head = 0
        self.now = 0.0
        self.good = {"good"}
        self.down = False
        self.unavailable = 0
        self.tokens: list[str] = []
        self.asked: list[Frame] = []
        self.open: list[Line] = []

    def connect(self, url: str, token: str) -> "Line":
        """What `Connection.open` does."""
        self.tokens.append(token)
        if self.down:
            raise ConnectionRefusedError("nobody listens")
        line = Line(self)
        if token not in self.good:
            line.end(4401)
        self.open.append(line)
        return line

    @property
    def line(self) -> "Line":
        """The newest connection."""
        return self.open[-1]

    def step(self, number: int = 1) -> None:
        """Frames come into being and are sent to whom they concern."""
        for _ in range(number):
            self.head += 1
            self.line.put("orders", "A", self.head, "update", {"n": self.head})


class Line:
    """One connection. `lose` frames are not sent, though the journal has them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.lose: Callable[[int], bool] = lambda seq: False
        self._frames: deque[Frame] = deque()
        self._end: ConnectionClosedError | None = None

    def put(self, channel: str | None, key: str | None, seq: int | None, kind: str, data: Any) -> None:
        if not (kind == "update" and seq is not None and self.lose(seq)):
            self._frames.append({"channel": channel, "key": key, "seq": seq, "type": kind, "data": data})

    def end(self, code: int | None) -> None:
        """What was sent is still read, then it is over."""
        self._end = closed(code)

    def send(self, **command: Any) -> None:
        if self._end is not None:
            raise self._end
        server = self.server
        server.asked.append(command)
        channel, key, wanted = command["channel"], command["key"], command.get("from_seq")
        if command["op"] == "unsubscribe":
            return
        if server.unavailable:
            server.unavailable -= 1
            self.put(channel, key, None, "error", {"code": "unavailable", "message": "later"})
        elif channel != "orders" or wanted is None or wanted == server.head + 1:
            self.put(channel, key, server.head, "snapshot", {"upto": server.head})
        elif wanted > server.head:
            self.put(channel, key, None, "error", {"code": "from_seq_ahead", "message": "no"})
        else:
            self.lose = lambda seq: False
            for seq in range(wanted, server.head + 1):
                self.put(channel, key, seq, "update", {"n": seq})

    def receive(self, timeout: float | None = None) -> Frame:
        if self._frames:
            return self._frames.popleft()
        if self._end is not None:
            raise self._end
        self.server.now += 60 if timeout is None else timeout
        raise TimeoutError

    def close(self) -> None:
        self._end = closed(1000)
