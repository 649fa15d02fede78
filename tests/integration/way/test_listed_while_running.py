"""An instrument's whole life on the running product, by the admin's pages: added, quoted, traded, suspended, delisted, listed again."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import psycopg
import pytest

from tests.eventually import eventually
from tests.integration.stream.clients import csrf, log_in
from tests.live import Live

SYMBOL = "NEWCO"
FORM = {
    "symbol": SYMBOL, "name": "New Company", "mic": "XOMS", "cfi": "ESVUFR", "currency": "USD", "group": "EQUITY",
    "tick": "0.01", "lot": "1", "max_quantity": "1000000", "tradable": "on", "reference_price": "50", "calendar": "",
    "band": "", "pause_seconds": "120", "jump": "", "reason": "", "seen_version": "0",
}  # fmt: skip
LIST = "/admin/marketdata/instrument/"


@pytest.fixture
def desk(live_stack: Live) -> Iterator[httpx.Client]:
    """Somebody of operations in a browser."""
    with log_in(live_stack, "ops1") as client:
        yield client


@pytest.fixture
def trader(live_stack: Live) -> Iterator[httpx.Client]:
    with live_stack.user("trader1") as client:
        yield client


def send(desk: httpx.Client, page: str, **given: str) -> None:
    """Fill in a form of the admin and press its button."""
    form = {"csrfmiddlewaretoken": csrf(desk.get(page).text), **given}
    answer = desk.post(page, data=form, headers={"Referer": f"{desk.base_url}{page}"})
    assert answer.status_code == 302, answer.text


def step(desk: httpx.Client, trader: httpx.Client, name: str, listing: str) -> None:
    send(desk, f"{LIST}{SYMBOL}/market/{name}/", reason="a test of the whole life")
    assert instrument(trader)["listing"] == listing


def instrument(trader: httpx.Client) -> dict[str, Any]:
    rows = trader.get("/api/instruments", params={"page_size": 500}).json()["results"]
    found: dict[str, Any] = next(row for row in rows if row["symbol"] == SYMBOL)
    return found


def quote(trader: httpx.Client, symbol: str = SYMBOL) -> dict[str, Any]:
    found: dict[str, Any] = trader.get(f"/api/quotes/{symbol}").json()
    return found


def offered(trader: httpx.Client) -> Decimal | None:
    """The best ask of the book, from a market that is quoted now."""
    told, book = quote(trader), trader.get(f"/api/book/{SYMBOL}").json()
    fresh = told.get("quality") == "good" and not told["stale"]
    return Decimal(book["asks"][0][0]) if fresh and book.get("asks") else None


def enter(trader: httpx.Client, price: Decimal, tif: str) -> dict[str, Any]:
    """An order of ours, as it is once risk has judged it and, of an immediate one, the book has."""
    body = {"account": "ACME-1", "symbol": SYMBOL, "side": "buy", "type": "limit", "tif": tif, "quantity": "3", "price": str(price)}
    entered = trader.post("/api/orders", json=body).json()
    return settled(trader, entered["id"], {"pending_new", "new"} if tif == "ioc" else {"pending_new"})


def settled(trader: httpx.Client, order_id: str, before: set[str]) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        row: dict[str, Any] = trader.get(f"/api/orders/{order_id}").json()
        return None if row["status"] in before else row

    told = eventually(found, within=60, what=f"{order_id} is answered")
    assert told is not None
    return told


def fills(trader: httpx.Client) -> bool:
    """Whether an order at the best offer fills; the offer may be gone by then."""
    best = offered(trader)
    return best is not None and enter(trader, best, "ioc")["status"] == "filled"


def holders(live: Live) -> set[tuple[str, str]]:
    with psycopg.connect(live.stack.postgres_url(), autocommit=True) as database:
        return set(database.execute("SELECT worker_id, holder FROM supervision_workerlease WHERE state = 'running'").fetchall())


def advanced(trader: httpx.Client, symbol: str, by: int) -> None:
    """So many updates more of a symbol have reached the tables."""
    seq = quote(trader, symbol)["seq"]
    eventually(lambda: quote(trader, symbol)["seq"] >= seq + by, within=60, what=f"{symbol} is told {by} times")


def test_an_instrument_lives_its_whole_life_without_a_restart(live_stack: Live, desk: httpx.Client, trader: httpx.Client) -> None:
    workers = holders(live_stack)
    send(desk, f"{LIST}add/", **FORM)
    assert instrument(trader)["listing"] == "trading"
    eventually(lambda: fills(trader), within=90, every=0.5, what="an order in the new instrument fills")

    best = eventually(lambda: offered(trader), within=60, what="the house quotes it")
    assert best is not None
    away = (best * Decimal("0.98")).quantize(Decimal("0.01"))
    resting = enter(trader, away, "gtc")
    assert resting["status"] == "new"
    step(desk, trader, "suspend", "suspended")
    refused = enter(trader, away, "gtc")
    assert (refused["status"], refused["reject"]["code"]) == ("rejected", "instrument_not_tradable")
    step(desk, trader, "delist", "suspended")  # an order is open
    assert trader.delete(f"/api/orders/{resting['id']}").status_code == 202
    assert settled(trader, resting["id"], {"new", "pending_cancel"})["status"] == "canceled"

    def delisted() -> bool:
        """The house's own orders are on their way out."""
        send(desk, f"{LIST}{SYMBOL}/market/delist/", reason="a test of the whole life")
        return bool(instrument(trader)["listing"] == "delisted")

    eventually(delisted, within=60, every=0.5, what="nothing is open any more")
    advanced(trader, "IBM", 2)
    told = quote(trader)["seq"]
    advanced(trader, "IBM", 5)
    assert quote(trader)["seq"] == told, "no feed tells it"
    assert enter(trader, away, "gtc")["status"] == "rejected"

    step(desk, trader, "relist", "suspended")
    step(desk, trader, "reinstate", "trading")
    eventually(lambda: fills(trader), within=90, every=0.5, what="an order fills again")
    assert holders(live_stack) == workers, "nothing was started again"
    step(desk, trader, "suspend", "suspended")
