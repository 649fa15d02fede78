"""A trader whose socket is cut loses the orders of the day on the running product, and keeps those that are good till canceled."""

from collections.abc import Callable
from decimal import Decimal

import httpx

from tests.eventually import eventually
from tests.integration.stream.clients import Client
from tests.live import Live


def test_a_cut_socket_cancels_the_orders_of_the_day(live_stack: Live, client: Callable[[str], Client]) -> None:
    with live_stack.user("trader2") as rest:
        quote = eventually(lambda: (found := rest.get("/api/quotes/IBM").json()).get("quality") == "good" and found, within=30)
        price = str((Decimal(quote["bid"]) * Decimal("0.9")).quantize(Decimal("0.01")))
        mine = client("trader2")
        assert mine.answer("orders", "ZEN-1", cancel_on_disconnect=1)["type"] == "snapshot"
        day, kept = (_resting(rest, tif, price) for tif in ("day", "gtc"))
        mine.socket.socket.close()
        eventually(lambda: rest.get(f"/api/orders/{day}").json()["status"] == "canceled", within=20, what="the day order is canceled")
        told = rest.get(f"/api/orders/{day}/events").json()["results"]
        assert [event["reason"] for event in told if event["type"] in {"pending_cancel", "canceled"}] == ["disconnected"] * 2
        assert rest.get(f"/api/orders/{kept}").json()["status"] == "new"
        assert rest.delete(f"/api/orders/{kept}").status_code == 202


def _resting(rest: httpx.Client, tif: str, price: str) -> str:
    body = {"account": "ZEN-1", "symbol": "IBM", "side": "buy", "type": "limit", "tif": tif, "quantity": "3", "price": price}
    made = rest.post("/api/orders", json=body, headers={"Prefer": "wait=10"})
    assert made.json()["status"] == "new", made.text
    return str(made.json()["id"])
