"""The blotter in Chromium without a server: its own files, REST and the stream told by this program, so that the page alone is measured."""

import json
import mimetypes
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Browser, Page, Route, WebSocketRoute

STATIC = Path(__file__).resolve().parents[1] / "oms_site" / "static"
SITE = "http://localhost:59999"  # of this machine: only there a page without TLS may make ids
ACCOUNT, ROWS = "ACME-1", 2_000
SYMBOLS = [f"S{number:02}" for number in range(40)]


def page_html() -> str:
    """The page as the server renders it for a trader."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")
    import django  # noqa: PLC0415 - only this needs the project's settings

    django.setup()
    from types import SimpleNamespace  # noqa: PLC0415

    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    user = SimpleNamespace(is_staff=True, get_username="trader1")
    return render_to_string("blotter.html", {"user": user, "flower_url": SITE}, RequestFactory().get("/"))


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


class Market:
    """What the page is told: instruments, quotes, and the orders of one account; a ticket becomes an order at once."""

    def __init__(self) -> None:
        now = _now()
        terms = {"account": ACCOUNT, "type": "limit", "tif": "day", "status": "new", "version": 1, "created_at": now, "updated_at": now}
        counts = {"quantity": "1000", "cum_quantity": "0", "leaves_quantity": "1000", "avg_price": None, "price": "100", "reject": None}
        sides = ("buy", "sell")
        self.orders: list[dict[str, Any]] = [
            {"id": f"O{number:010}", "symbol": SYMBOLS[number % len(SYMBOLS)], "side": sides[number % 2], **terms, **counts}
            for number in range(ROWS)
        ]
        self._terms = terms | counts
        self._seq: dict[tuple[str, str], int] = {}
        self._random = random.Random(1)
        self._socket: WebSocketRoute | None = None
        self._html = page_html()

    def take_place(self, page: Page) -> None:
        """Answer everything the page asks for."""
        page.route(f"{SITE}/**", self._answer)
        page.route_web_socket("**/ws/stream", self._stream)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            route.fulfill(body=self._html, content_type="text/html; charset=utf-8")
        elif path.startswith(settings.STATIC_URL):
            kind = mimetypes.guess_type(path)[0] or "text/plain"
            route.fulfill(body=(STATIC / path.removeprefix(settings.STATIC_URL)).read_bytes(), content_type=kind)
        elif path == "/api/orders/preview":
            route.fulfill(status=503, json={"code": "unavailable", "message": "not looked ahead here", "field": None})
        elif path == "/api/orders" and route.request.method == "POST":
            route.fulfill(status=201, json=self._entered(json.loads(route.request.post_data or "{}")))
        else:
            route.fulfill(json=self._listed(path))

    def _listed(self, path: str) -> dict[str, Any]:
        rows: dict[str, list[dict[str, Any]]] = {
            "/api/accounts": [{"account": ACCOUNT, "name": "Acme", "kind": "customer", "currency": "USD", "can_trade": True}],
            "/api/instruments": [
                {"symbol": symbol, "name": symbol, "tick": "0.01", "lot": "1", "max_quantity": "1000000", "currency": "USD"}
                for symbol in SYMBOLS
            ],
            "/api/quotes": [self.quote(symbol) for symbol in SYMBOLS],
        }
        return {"results": rows.get(path, []), "next": None}

    def _entered(self, asked: dict[str, Any]) -> dict[str, Any]:
        order = self._terms | {"id": f"O{len(self.orders):010}", "created_at": _now(), "updated_at": _now()} | asked
        self.orders.append(order)
        self.tell("orders", ACCOUNT, order)
        return order

    def quote(self, symbol: str) -> dict[str, Any]:
        """A quote a little elsewhere than the one before."""
        cents = 10_000 + self._random.randrange(-50, 50)
        price = f"{cents // 100}.{cents % 100:02}"
        other = f"{(cents + 1) // 100}.{(cents + 1) % 100:02}"
        told = {"bid": price, "ask": other, "last": price, "bid_size": "100", "ask_size": "100", "last_size": "1", "event": "Q"}
        return {"symbol": symbol, **told, "quality": "good", "source": "test", "seq": 1, "time": _now(), "received_at": _now(), "age_ms": 1}

    def _stream(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(lambda text: self._asked(socket, json.loads(text)))

    def _asked(self, socket: WebSocketRoute, frame: dict[str, Any]) -> None:
        if frame["op"] == "ping":
            socket.send('{"type":"pong"}')
        if frame["op"] != "subscribe":
            return
        channel, key = frame["channel"], frame["key"]
        book = {"symbol": key, "bids": [], "asks": [], "phase": "continuous", "auction": None, "last": None, "age_ms": 1}
        rows: Any = {"orders": self.orders, "quotes": self.quote(key), "book": book}.get(channel, [])
        self._seq[channel, key] = 1
        socket.send(json.dumps({"channel": channel, "key": key, "seq": 1, "type": "snapshot", "data": rows}))

    def tell(self, channel: str, key: str, data: Any) -> None:
        """The next update of a channel."""
        if self._socket is None or (channel, key) not in self._seq:
            return
        self._seq[channel, key] += 1
        self._socket.send(json.dumps({"channel": channel, "key": key, "seq": self._seq[channel, key], "type": "update", "data": data}))

    def update(self, count: int) -> None:
        """Tell of `count` orders that a little more of them is filled."""
        for _ in range(count):
            row = self._random.choice(self.orders)
            filled = (int(row["cum_quantity"]) + 1) % 1000
            row |= {"cum_quantity": str(filled), "leaves_quantity": str(1000 - filled), "version": row["version"] + 1}
            row |= {"status": "partially_filled", "avg_price": "100.01"}
            self.tell("orders", ACCOUNT, row)


@contextmanager
def blotter(browser: Browser, market: Market) -> Iterator[Page]:
    """The page, open and live."""
    context = browser.new_context(base_url=SITE, viewport={"width": 1920, "height": 1080}, service_workers="block")
    page = context.new_page()
    market.take_place(page)
    page.goto("/")
    page.wait_for_function("document.querySelector('#connection')?.dataset.state === 'live'")
    page.wait_for_selector("#orders-grid .tabulator-row")
    try:
        yield page
    finally:
        context.close()
