"""The REST interface as methods: values in and out are `Decimal`s, and what is safe to ask again is asked again."""

import time
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx

from oms_client.backoff import Backoff
from oms_client.credentials import Credentials
from oms_client.errors import ConnectionLost, NotAuthenticated, OmsClientError, Refused
from oms_client.records import Candle, Execution, Order, Position, Quote, read
from oms_client.stream import Stream

R = TypeVar("R")
_AGAIN = frozenset({429, 503})
"""Refusals without effect that pass."""


class Client:
    """One system, one user. Times in seconds.

    A request that met a broken connection, a 503 or a 429 is repeated with back-off for as long as `patience`; an order too, under one
    idempotency key, so that it is entered once. Every other refusal is raised as `Refused`.
    """

    def __init__(
        self,
        web: str,
        credentials: Credentials,
        *,
        timeout: float = 30.0,
        patience: float = 60.0,
        backoff: Backoff | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._web, self._credentials, self._patience = web.rstrip("/"), credentials, patience
        self._sleep, self._clock = sleep, clock
        self._backoff = backoff or Backoff()
        self._http = httpx.Client(base_url=self._web, timeout=timeout, transport=transport)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def stream(self, **options: Any) -> Stream:
        """A stream of the same system and user; `options` as for `Stream`."""
        parts = urlsplit(self._web)
        url = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/ws/stream"
        return Stream(url, self._credentials, **{"backoff": self._backoff, **options})

    # -- reads -------------------------------------------------------------------------------------------------------

    def accounts(self) -> list[dict[str, Any]]:
        """The accounts the user may see."""
        return list(self._pages("/api/accounts"))

    def instruments(self) -> list[dict[str, Any]]:
        """What can be traded: tick, lot, largest quantity and so on, as text."""
        return list(self._pages("/api/instruments"))

    def quote(self, symbol: str) -> Quote:
        """The newest quote."""
        return read(Quote, self.call("GET", f"/api/quotes/{symbol}"))

    def book(self, symbol: str, *, depth: int = 10) -> dict[str, Any]:
        """The best levels, in the shape of a snapshot of the channel `book`."""
        told: dict[str, Any] = self.call("GET", f"/api/book/{symbol}", params={"depth": depth})
        return told

    def candles(self, symbol: str, interval: str = "1m", **filters: str) -> Iterator[Candle]:
        """Candles of a symbol's prints, newest first, page after page: `from`, `to`."""
        return self._records(Candle, f"/api/candles/{symbol}", {"interval": interval, **filters})

    def orders(self, **filters: str) -> Iterator[Order]:
        """Orders, page after page: `account`, `symbol`, `side`, `status`, `from`, `to`."""
        return self._records(Order, "/api/orders", filters)

    def order(self, order_id: str) -> Order:
        """One order as it is now."""
        return read(Order, self.call("GET", f"/api/orders/{order_id}"))

    def executions(self, **filters: str) -> Iterator[Execution]:
        """Fills, page after page: `account`, `symbol`, `from`, `to`."""
        return self._records(Execution, "/api/executions", filters)

    def positions(self, **filters: str) -> Iterator[Position]:
        """Positions, page after page: `account`, `symbol`."""
        return self._records(Position, "/api/positions", filters)

    # -- orders ------------------------------------------------------------------------------------------------------

    def submit(self, *, wait: int | None = None, key: str | None = None, **terms: Any) -> Order:
        """Enter an order (`account`, `symbol`, `side`, `type`, `quantity`, `price`, …) and have it as stored.

        `wait` (1 to 10) answers only once it has left `pending_new`. `key` is the idempotency key: your own helps after a crash.
        """
        headers = {"Idempotency-Key": key or uuid.uuid4().hex} | ({"Prefer": f"wait={wait}"} if wait else {})
        return read(Order, self.call("POST", "/api/orders", json=_plain(terms), headers=headers))

    def replace(self, order_id: str, **terms: Any) -> Order:
        """Ask for other terms: `quantity` (the new total), `price`, `stop_price`. The outcome comes as an event of the order."""
        return read(Order, self.call("PATCH", f"/api/orders/{order_id}", json=_plain(terms), again=False))

    def cancel(self, order_id: str) -> Order:
        """Ask for the cancel of an order."""
        return read(Order, self.call("DELETE", f"/api/orders/{order_id}"))

    def cancel_all(self, **scope: str) -> int:
        """Ask for the cancel of all open orders of an `account`, `symbol`, `side`; how many were asked for."""
        requested: int = self.call("POST", "/api/orders/cancel", json=scope)["requested"]
        return requested

    # -- requests ----------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, *, again: bool = True, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """Any request: the JSON of its answer. Raises `Refused`, `NotAuthenticated`, `ConnectionLost` when patience is at its end."""
        until = self._clock() + (self._patience if again else 0.0)
        renewed, attempt = False, 0
        answer: httpx.Response | httpx.TransportError
        while True:
            try:
                token = self._credentials.token()
                answer = self._http.request(method, path, headers={"Authorization": f"Token {token}"} | (headers or {}), **options)
                if answer.status_code == 401 and not renewed and self._credentials.renew(token):
                    renewed = True
                    continue
            except httpx.TransportError as error:
                answer = error
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer.json() if answer.content else None
            pause = self._pause(answer, attempt)
            if pause is None or self._clock() + pause > until:
                raise _failure(answer, f"{method} {path}")
            self._sleep(pause)
            attempt += 1

    def _pause(self, answer: httpx.Response | httpx.TransportError, attempt: int) -> float | None:
        """Seconds before the next attempt; None where another would change nothing."""
        if isinstance(answer, httpx.TransportError):
            return self._backoff.delay(attempt)
        if answer.status_code not in _AGAIN:
            return None
        return self._backoff.delay(attempt, at_least=float(answer.headers.get("Retry-After", 0)))

    def _pages(self, path: str, filters: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
        page = self.call("GET", path, params=filters)
        yield from page["results"]
        while page["next"]:
            page = self.call("GET", page["next"])
            yield from page["results"]

    def _records(self, record: type[R], path: str, filters: dict[str, str]) -> Iterator[R]:
        return (read(record, one) for one in self._pages(path, filters))


def _plain(terms: dict[str, Any]) -> dict[str, Any]:
    """Decimals as the text the interface wants; floats are no quantities."""
    for name, value in terms.items():
        if isinstance(value, float):
            raise TypeError(f"{name}: use Decimal or text, not float")
    return {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in terms.items()}


def _failure(answer: httpx.Response | httpx.TransportError, what: str) -> OmsClientError:
    if isinstance(answer, httpx.TransportError):
        return ConnectionLost(f"{what}: {answer!r}")
    try:
        told = answer.json()
        refused = Refused(answer.status_code, told["code"], told["message"], told.get("field"), told.get("request_id", ""))
    except (ValueError, KeyError, TypeError):  # not the system's own answer: something in between
        refused = Refused(answer.status_code, "http_error", f"{answer.status_code} {answer.reason_phrase}")
    return NotAuthenticated(refused.message) if answer.status_code == 401 else refused
