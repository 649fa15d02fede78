"""The stream that survives: connects, subscribes, follows sequences, and after any loss comes back and goes on where it was."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException

from oms_client.backoff import Backoff
from oms_client.connection import Connection
from oms_client.credentials import Credentials
from oms_client.errors import ConnectionLost, Forbidden, NotAuthenticated, ProtocolError
from oms_client.events import Event
from oms_client.following import Following, Verdict

log = logging.getLogger("oms_client")

UNAUTHENTICATED, FORBIDDEN, TOO_MANY, TOO_LARGE = 4401, 4403, 4429, 1009
_PAUSE_WHEN_TOO_MANY = 5.0
_PAUSE_WHEN_UNAVAILABLE = 0.5
_FRAMES, _WHILE = 80, 1.0
"""So many in so many seconds: the server closes who sends more than 100 frames a second, so a long list is asked for in steps."""
Open = Callable[[str, str], Connection]


@dataclass(slots=True)
class Counts:
    """What happened to a stream: for logs, and for tests that want to know what the server really sent."""

    connected: int = 0
    repeated: int = 0
    """Frames that had been seen before."""
    missed: int = 0
    """Sequences that jumped within one connection, each repaired by a new subscribe."""


class Stream:
    """Follow channels with `follow`, take what comes with `take` or by iterating. One thread at a time; `close` from any.

    `patience` is how many seconds in a row the server may be away before `ConnectionLost` is raised; None waits for ever.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        backoff: Backoff | None = None,
        patience: float | None = None,
        opener: Open = Connection.open,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = Counts()
        self._url, self._credentials, self._opener, self._clock = url, credentials, opener, clock
        self._backoff, self._patience = backoff or Backoff(), patience
        self._followed: dict[tuple[str, str], Following] = {}
        self._later: dict[tuple[str, str], float] = {}
        self._said: deque[float] = deque()
        self._ready: deque[Event] = deque()
        self._connection: Connection | None = None
        self._attempt = 0
        self._away_since: float | None = None
        self._refused: str | None = None
        self._token = ""
        self._closed = threading.Event()

    # -- what a program calls --------------------------------------------------------------------------------------

    def follow(self, channel: str, key: str, *, from_seq: int | None = None) -> None:
        """Subscribe, from a sequence on where the channel can (else from a snapshot). Again: begins anew."""
        following = Following(channel, key, from_seq)
        self._followed[channel, key] = following
        if self._connection is not None:
            self._ask((channel, key))

    def leave(self, channel: str, key: str) -> None:
        """End a subscription; what is still under way of it is left out."""
        if self._followed.pop((channel, key), None) is not None and self._connection is not None:
            self._ask((channel, key))

    def take(self, timeout: float | None = None) -> Event:
        """The next event, over as many connections as it needs. Raises `TimeoutError`, and `OmsClientError` when there is no going on."""
        deadline = None if timeout is None else self._clock() + timeout
        while not self._ready:
            self._step(deadline)
        return self._ready.popleft()

    def events(self, timeout: float | None = None) -> Iterator[Event]:
        """Events until the stream is closed, or until none came for `timeout` seconds."""
        while not self._closed.is_set():
            try:
                yield self.take(timeout)
            except TimeoutError:
                return
            except ConnectionLost:
                if self._closed.is_set():  # by another thread
                    return
                raise

    __iter__ = events

    def settle(self, timeout: float = 10.0) -> list[Event]:
        """Every event until each subscription has its answer. Raises `TimeoutError`."""
        deadline, taken = self._clock() + timeout, []
        while self._ready or any(following.asked for following in self._followed.values()):
            taken.append(self.take(deadline - self._clock()))
        return taken

    def close(self) -> None:
        """End the stream; a `take` under way raises `ConnectionLost`."""
        self._closed.set()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- one step ----------------------------------------------------------------------------------------------------

    def _step(self, deadline: float | None) -> None:
        """Connect if need be, or take one frame."""
        if self._closed.is_set():
            raise ConnectionLost("the stream was closed here")
        if self._connection is None:
            self._connect(deadline)
            return
        try:
            self._arrived(self._connection.receive(self._wait(deadline)))
        except TimeoutError:
            if deadline is not None and self._clock() >= deadline:
                raise
        except ConnectionClosed as closed:
            self._lost(closed.rcvd.code if closed.rcvd else None)

    def _wait(self, deadline: float | None) -> float | None:
        """Seconds until the deadline or the next frame that was put off."""
        now = self._clock()
        for place, moment in list(self._later.items()):
            if moment <= now:
                del self._later[place]
                self._ask(place)
        ends = [moment for moment in (deadline, *self._later.values()) if moment is not None]
        return max(0.0, min(ends) - now) if ends else None

    def _arrived(self, frame: dict[str, Any]) -> None:
        self._attempt, self._away_since, self._refused = 0, None, None
        place = (frame["channel"], frame["key"])
        following = self._followed.get(place)
        if following is None:
            if frame["type"] == "error" and frame["channel"] is None:
                raise ProtocolError(f"{frame['data']['code']}: {frame['data']['message']}")
            return
        event = Event(*place, frame["seq"], frame["type"], frame["data"])
        match following.arrived(event.type, event.seq, event.data):
            case Verdict.TAKE:
                self._ready.append(event)
            case Verdict.LEAVE:
                self.counts.repeated += 1
            case Verdict.MISSED:
                self.counts.missed += 1
                log.warning("missed %s %s from %s to %s", *place, following.last, event.seq)
                self._ask(place)
            case Verdict.RESTART:
                self._ask(place)
            case Verdict.LATER:
                self._later[place] = self._clock() + _PAUSE_WHEN_UNAVAILABLE
            case Verdict.ENDED:
                del self._followed[place]
                self._ready.append(event)

    def _ask(self, place: tuple[str, str]) -> None:
        """Subscribe to what is followed, unsubscribe from what is not any more: now, or when the server takes more."""
        now = self._clock()
        while self._said and now - self._said[0] >= _WHILE:
            self._said.popleft()
        if len(self._said) >= _FRAMES:
            self._later[place] = self._said[0] + _WHILE
            return
        self._said.append(now)
        following = self._followed.get(place)
        self._say(**following.subscribe() if following else {"op": "unsubscribe", "channel": place[0], "key": place[1]})

    def _say(self, **command: Any) -> None:
        """Send; a connection that is lost meanwhile is noticed by the next read, and the subscriptions are made again then."""
        if self._connection is not None:
            try:
                self._connection.send(**command)
            except ConnectionClosed as closed:
                log.debug("not sent, the connection is gone: %s", closed)

    # -- connections -------------------------------------------------------------------------------------------------

    def _connect(self, deadline: float | None) -> None:
        """One attempt, after its pause."""
        pause = 0.0 if self._attempt == 0 else self._backoff.delay(self._attempt - 1)
        self._pause(pause, deadline)
        self._attempt += 1
        try:
            self._token = self._credentials.token()
            self._connection = self._opener(self._url, self._token)
        except InvalidHandshake as error:
            self._no_handshake(error)
        except (OSError, WebSocketException, httpx.HTTPError) as error:
            self._away(str(error))
        else:
            self.counts.connected += 1
            self._later.clear()
            self._said.clear()
            for place in self._followed:
                self._ask(place)

    def _no_handshake(self, error: InvalidHandshake) -> None:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status == 403:
            raise Forbidden("the server refuses this handshake: wrong address, host or origin") from error
        self._away(str(error))

    def _lost(self, code: int | None) -> None:
        """The server closed (or is gone: None): what its code means."""
        self._connection = None
        if code == FORBIDDEN:
            raise Forbidden("the user has no role")
        if code == TOO_LARGE:
            raise ProtocolError("a frame of this client was too large")
        if code == UNAUTHENTICATED:
            self._renew()
            return
        if code == TOO_MANY:
            self._attempt += 1
            self._pause(_PAUSE_WHEN_TOO_MANY, None)
        self._away(f"closed with {code}")

    def _renew(self) -> None:
        """The token was refused: once a new one, then no more until a frame has come."""
        if self._refused is not None:
            raise NotAuthenticated("the token is refused, and so was the one before it")
        try:
            renewed = self._credentials.renew(self._token)
        except httpx.HTTPError as error:
            self._away(f"no new token: {error}")
            return
        if not renewed:
            raise NotAuthenticated("the token is refused")
        self._refused = self._token

    def _away(self, why: str) -> None:
        now = self._clock()
        if self._away_since is None:
            self._away_since = now
        log.info("the stream is away (%s), attempt %s", why, self._attempt)
        if self._patience is not None and now - self._away_since >= self._patience:
            raise ConnectionLost(f"away for {self._patience} s: {why}")

    def _pause(self, seconds: float, deadline: float | None) -> None:
        """Wait, not beyond the deadline (`TimeoutError`), and not when the stream is closed meanwhile."""
        left = None if deadline is None else deadline - self._clock()
        if left is not None and left < seconds:
            self._closed.wait(max(0.0, left))
            raise TimeoutError
        if seconds > 0:
            self._closed.wait(seconds)
