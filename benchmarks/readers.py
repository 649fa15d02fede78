"""Sockets of the stream as cheap as they can be: a hundred of them in one process must not be what is measured."""

import asyncio
import json
import struct
import time
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_MASKED = 0x80
_SNAPSHOT, _UPDATE, _GAP = b'"type":"snapshot"', b'"type":"update"', b'"type":"gap"'
_MOMENT = b'"received_at":"'


@lru_cache(maxsize=4096)
def _epoch(moment: bytes) -> float:
    return datetime.fromisoformat(moment.decode()).timestamp()


class Reader(asyncio.Protocol):
    """One socket: counts updates and gaps, and notes how old each quote was when it came (milliseconds since the bus had it)."""

    def __init__(self, host: str, token: str, symbols: list[str]) -> None:
        self._host, self._token, self._symbols = host, token, symbols
        self._data = bytearray()
        self._upgraded = False
        self.transport: asyncio.Transport | None = None
        self.open = asyncio.get_running_loop().create_future()
        self.code: int | None = None
        self.gone = asyncio.Event()
        self.bootstrapped = asyncio.Event()
        """Every subscribe has its snapshot."""
        self.snapshots = self.updates = self.gaps = 0
        self.ages: list[float] = []
        self.arrivals: dict[bytes, float] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(
            f"GET /ws/stream HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def say(self, **command: Any) -> None:
        """Send a command; masked with zeros, as a client must."""
        self._send(_TEXT, json.dumps(command).encode())

    def data_received(self, data: bytes) -> None:
        """Authenticate and subscribe once upgraded; then count."""
        now = time.time()
        self._data += data
        if not self._upgraded:
            head, found, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._upgraded, self._data = True, bytearray(rest)
            self.say(op="auth", token=self._token)
            for symbol in self._symbols:
                self.say(op="subscribe", channel="quotes", key=symbol)
            self.open.set_result(None)
        self._frames(now)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it."""
        self.gone.set()

    def forget(self) -> None:
        """Begin counting again."""
        self.updates = self.gaps = 0
        self.ages.clear()
        self.arrivals.clear()

    def _frames(self, now: float) -> None:
        data, place = self._data, 0
        while len(data) - place >= 2:
            size, start = data[place + 1], place + 2
            if size == 126:
                if len(data) < start + 2:
                    break
                size, start = struct.unpack_from("!H", data, start)[0], start + 2
            elif size == 127:
                if len(data) < start + 8:
                    break
                size, start = struct.unpack_from("!Q", data, start)[0], start + 8
            if len(data) < start + size:
                break
            self._frame(data[place] & 0x0F, bytes(data[start : start + size]), now)
            place = start + size
        del data[:place]

    def _frame(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == _TEXT:
            self._text(payload, now)
        elif opcode == _PING:
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            self.code = struct.unpack_from("!H", payload)[0]

    def _text(self, payload: bytes, now: float) -> None:
        head = payload[:120]
        if _UPDATE in head:
            self.updates += 1
            start = payload.find(_MOMENT) + len(_MOMENT)
            self.ages.append((now - _epoch(payload[start : payload.index(b'"', start)])) * 1000)
            self.arrivals[head[: head.find(_UPDATE)]] = now
        elif _SNAPSHOT in head:
            self.snapshots += 1
            if self.snapshots == len(self._symbols):
                self.bootstrapped.set()
        elif _GAP in head:
            self.gaps += 1

    def _send(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        length = struct.pack("!B", _MASKED | size) if size < 126 else struct.pack("!BH", _MASKED | 126, size)
        if self.transport is not None:
            self.transport.write(struct.pack("!B", 0x80 | opcode) + length + bytes(4) + payload)


async def connect(url: str, tokens: list[str], symbols: list[str]) -> list[Reader]:
    """A reader for each token, all connected."""
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    readers: list[Reader] = []
    for token in tokens:
        _, reader = await loop.create_connection(lambda token=token: Reader(parts.netloc, token, symbols), parts.hostname, parts.port)
        await asyncio.wait_for(reader.open, 30)
        readers.append(reader)
    return readers


async def close(readers: list[Reader]) -> None:
    """End them and wait until the connections are gone."""
    for reader in readers:
        if reader.transport is not None:
            reader.transport.abort()
    for reader in readers:
        await reader.gone.wait()
