"""The profile under Locust: requests at intended times, orders followed on the socket to their first answer, sockets that read quotes."""

import json
import os
import time
from collections import deque
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import gevent
import websocket
from gevent.pool import Pool
from geventhttpclient import HTTPClient
from locust import User, events, task
from locust.stats import CSV_STATS_INTERVAL_SEC

from benchmarks import target
from benchmarks.load.profile import SYMBOLS, Arrival, arrivals, order

RATE, SECONDS, SOCKETS = (int(os.environ[name]) for name in ("LOAD_RATE", "LOAD_SECONDS", "LOAD_SOCKETS"))
IN_FLIGHT = 400
"""More than this under way means the target has stopped answering: what is due then is counted as failed, not sent late."""
TRADERS = ("trader1", "trader2")
ANSWERED = {"new", "partially_filled", "filled", "canceled", "rejected", "expired"}
STACK = target.stack()


def told(kind: str, name: str, intended: float, error: Exception | None = None, length: int = 0) -> None:
    """Tell Locust of one thing that happened; its time counts from when it was meant to begin."""
    events.request.fire(
        request_type=kind,
        name=name,
        response_time=(time.monotonic() - intended) * 1000,
        response_length=length,
        exception=error,
        context={},
    )


class Refused(Exception):
    """An answer that is none of those the call may give."""


class Follower:
    """A socket of one person: follows orders to their first answer, or just reads quotes."""

    def __init__(self, person: dict[str, Any], *, orders: bool) -> None:
        self.waiting: dict[str, float] = {}
        self.early: dict[str, float] = {}
        self.quotes: dict[str, tuple[Decimal, Decimal]] = {}
        self._socket = websocket.create_connection(STACK["ws"], timeout=30)
        self._send(op="auth", token=person["token"])
        self._orders = orders
        if orders:
            self._send(op="subscribe", channel="orders", key=person["accounts"][0])
        for symbol in SYMBOLS:
            self._send(op="subscribe", channel="quotes", key=symbol)

    def _send(self, **frame: str) -> None:
        self._socket.send(json.dumps(frame))

    def read(self) -> None:
        """Until the socket is closed."""
        while True:
            try:
                text = self._socket.recv()
            except (websocket.WebSocketException, OSError) as error:
                told("WS", "connection", time.monotonic(), error)
                return
            if text:
                self._take(json.loads(text), len(text))

    def _take(self, frame: dict[str, Any], length: int) -> None:
        if frame["type"] == "error":
            told("WS", str(frame.get("channel")), time.monotonic(), Refused(json.dumps(frame)))
        elif frame.get("channel") == "quotes" and frame["type"] in ("snapshot", "update"):
            quote = frame["data"]
            if quote and quote["bid"] and quote["ask"]:
                self.quotes[quote["symbol"]] = (Decimal(quote["bid"]), Decimal(quote["ask"]))
        elif frame.get("channel") == "orders" and frame["type"] == "update" and frame["data"]["status"] in ANSWERED:
            self._answered(frame["data"]["id"], length)

    def _answered(self, order_id: str, length: int) -> None:
        intended = self.waiting.pop(order_id, None)
        if intended is None:
            self.early[order_id] = time.monotonic()  # the socket was faster than the answer to the request
        else:
            told("WS", "order answered", intended, length=length)

    def follow(self, order_id: str, intended: float) -> None:
        """Wait for an order's first answer."""
        seen = self.early.pop(order_id, None)
        if seen is None:
            self.waiting[order_id] = intended
        else:
            told("WS", "order answered", intended + (time.monotonic() - seen))

    def close(self) -> None:
        """Leave."""
        self._socket.close()


class Trader:
    """One person's REST side."""

    def __init__(self, name: str) -> None:
        person = target.person(STACK, name)
        self.account = person["accounts"][0]
        where = urlsplit(STACK["web"])
        self._http = HTTPClient(where.hostname, where.port, concurrency=IN_FLIGHT, connection_timeout=10, network_timeout=30)
        self._headers = {"Authorization": f"Token {person['token']}", "Content-Type": "application/json"}
        self.follower = Follower(person, orders=True)
        self.resting: deque[str] = deque()

    def send(self, arrival: Arrival, intended: float) -> None:
        """Do one arrival; whatever goes wrong is told, never raised."""
        name, error, length = arrival.kind, None, 0
        try:
            length = self._send(arrival, intended)
        except (Refused, OSError, ValueError, KeyError) as problem:
            error = problem
        told("REST", name, intended, error, length)

    def _send(self, arrival: Arrival, intended: float) -> int:
        if arrival.kind == "list":
            return len(self.call("GET", f"/api/orders?account={self.account}", {200}))
        if arrival.kind == "cancel" and self.resting:
            return len(self.call("DELETE", f"/api/orders/{self.resting.popleft()}", {202, 409}))
        body = self.call("POST", "/api/orders", {201}, order(self.account, arrival, *self.follower.quotes[arrival.symbol]))
        entered = json.loads(body)
        self.follower.follow(entered["id"], intended)
        if arrival.kind == "rest":
            self.resting.append(entered["id"])
        return len(body)

    def call(self, method: str, path: str, expected: set[int], body: dict[str, Any] | None = None) -> bytes:
        """The answer's body. Raises `Refused` when the status is not one of the expected."""
        answer = self._http.request(method, path, body=json.dumps(body) if body is not None else b"", headers=self._headers)
        content = bytes(answer.read())
        if answer.status_code not in expected:
            raise Refused(f"{answer.status_code} {_code(content)}")
        return content


class Profile(User):
    """One Locust user plays the whole profile: the arrival rate is the profile's, not the number of users."""

    fixed_count = 1

    @task
    def play(self) -> None:
        """Everything, then quit."""
        traders = [Trader(name) for name in TRADERS]
        readers = [Follower(target.person(STACK, TRADERS[0]), orders=False) for _ in range(SOCKETS)]
        sockets = [trader.follower for trader in traders] + readers
        reading = [gevent.spawn(socket.read) for socket in sockets]
        _until(lambda: all(len(socket.quotes) == len(SYMBOLS) for socket in sockets), 15)
        under_way = Pool(IN_FLIGHT)
        began = time.monotonic()
        for arrival in arrivals(RATE, SECONDS):
            intended = began + arrival.at
            gevent.sleep(max(0.0, intended - time.monotonic()))
            if under_way.full():
                told("REST", arrival.kind, intended, Refused(f"{IN_FLIGHT} requests are under way: not sent"))
                continue
            under_way.spawn(traders[arrival.trader].send, arrival, intended)
        under_way.join(timeout=20)
        _until(lambda: not any(trader.follower.waiting for trader in traders), 10)
        for trader in traders:
            for intended in trader.follower.waiting.values():
                told("WS", "order answered", intended, Refused("no answer on the socket"))
            trader.call("POST", "/api/orders/cancel", {202}, {"account": trader.account})
        gevent.killall(reading)
        for socket in sockets:
            socket.close()
        gevent.sleep(2 * CSV_STATS_INTERVAL_SEC)  # the files are written at intervals, the last one must hold everything
        self.environment.runner.quit()


def _code(content: bytes) -> str:
    """The refusal's word, so that failures are counted by cause."""
    try:
        return str(json.loads(content)["code"])
    except (ValueError, KeyError, TypeError):
        return repr(content[:80])


def _until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        gevent.sleep(0.05)
