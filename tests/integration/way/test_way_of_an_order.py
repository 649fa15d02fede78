"""One order's whole way on the running product: REST in, risk, matching, rows, and the socket out."""

import json
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from tests.eventually import eventually
from tests.live import Live

CLOSED = {"filled", "canceled", "rejected", "expired"}


@pytest.fixture(scope="module")
def trader1(live_stack: Live) -> Iterator[httpx.Client]:
    with live_stack.user("trader1") as client:
        yield client


@pytest.fixture(scope="module")
def trader2(live_stack: Live) -> Iterator[httpx.Client]:
    with live_stack.user("trader2") as client:
        yield client


def quote(client: httpx.Client, symbol: str) -> dict[str, str]:
    """A fresh, good quote of a symbol."""

    def fresh():
        found = client.get(f"/api/quotes/{symbol}").json()
        return found if found.get("quality") == "good" and not found["stale"] else None

    return eventually(fresh, within=20, what=f"a good quote of {symbol}")


def order(account: str, symbol: str, side: str, price: Decimal | str, **more) -> dict[str, str]:
    return {"account": account, "symbol": symbol, "side": side, "type": "limit", "tif": "day", "quantity": "5", "price": str(price)} | more


def status(client: httpx.Client, order_id: str, *wanted: str, within: float = 15) -> dict:
    return eventually(
        lambda: (found := client.get(f"/api/orders/{order_id}").json()) and found["status"] in wanted and found,
        within=within,
        what=f"{order_id} is {wanted}",
    )


def far_below(client: httpx.Client, symbol: str) -> Decimal:
    """A price that rests: 2 % under the bid, on the tick."""
    price = Decimal(quote(client, symbol)["bid"]) * Decimal("0.98")
    return price // Decimal("0.01") * Decimal("0.01")


def test_a_resting_order_becomes_new_and_is_seen_on_the_socket(live_stack: Live, trader1: httpx.Client) -> None:
    price = far_below(trader1, "IBM")
    with live_stack.socket("trader1") as socket:
        socket.send(json.dumps({"op": "subscribe", "channel": "orders", "key": "ACME-1"}))
        snapshot = json.loads(socket.recv(timeout=5))
        while snapshot["type"] == "pong" or snapshot["channel"] != "orders":
            snapshot = json.loads(socket.recv(timeout=5))
        assert snapshot["type"] == "snapshot"
        answer = trader1.post("/api/orders", json=order("ACME-1", "IBM", "buy", price))
        assert answer.status_code == 201
        entered = answer.json()
        assert entered["status"] == "pending_new"
        assert answer.headers["Location"].endswith(f"/api/orders/{entered['id']}")
        seen, expected = [], snapshot["seq"]
        while not seen or seen[-1] != "new":
            frame = json.loads(socket.recv(timeout=10))
            if frame["channel"] != "orders":
                continue
            expected += 1
            assert frame["seq"] == expected, "the account's sequence has no gap"
            if frame["data"]["id"] == entered["id"]:
                seen.append(frame["data"]["status"])
    assert seen == ["pending_new", "new"]
    assert trader1.delete(f"/api/orders/{entered['id']}").status_code == 202
    assert status(trader1, entered["id"], "canceled")["leaves_quantity"] == "0"
    events = trader1.get(f"/api/orders/{entered['id']}/events").json()["results"]
    assert [event["type"] for event in events] == ["pending_new", "new", "pending_cancel", "canceled"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4]


def test_a_marketable_order_fills_at_the_resting_price_and_moves_the_position(trader1: httpx.Client) -> None:
    def position() -> Decimal:
        rows = trader1.get("/api/positions?account=ACME-1").json()["results"]
        return next((Decimal(row["quantity"]) for row in rows if row["symbol"] == "BAC"), Decimal(0))

    before = position()
    limit = Decimal(quote(trader1, "BAC")["ask"]) + Decimal("0.20")
    eventually(lambda: trader1.get("/api/book/BAC").json()["asks"], within=20, what="the house offers BAC")
    answer = trader1.post("/api/orders", json=order("ACME-1", "BAC", "buy", limit), headers={"Prefer": "wait=10"})
    filled = status(trader1, answer.json()["id"], "filled")
    assert Decimal(filled["avg_price"]) <= limit
    assert filled["cum_quantity"] == "5"
    fills = [row for row in trader1.get("/api/executions?account=ACME-1").json()["results"] if row["order"] == filled["id"]]
    assert sum(Decimal(row["quantity"]) for row in fills) == 5
    eventually(lambda: position() == before + 5, what="the position moved by the fill")
    trades = trader1.get("/api/trades?symbol=BAC").json()["results"]
    own = [trade for trade in trades if trade["buy_order"] == filled["id"]]
    assert own
    assert all(trade["sell_order"] is None for trade in own), "the other side is never told"


def test_two_accounts_trade_with_each_other_inside_the_spread_of_the_house(trader1: httpx.Client, trader2: httpx.Client) -> None:
    price = far_below(trader1, "AIG")
    bought = trader1.post("/api/orders", json=order("ACME-1", "AIG", "buy", price)).json()
    status(trader1, bought["id"], "new")
    sold = trader2.post("/api/orders", json=order("ZEN-1", "AIG", "sell", price, tif="ioc")).json()
    done = status(trader2, sold["id"], *CLOSED)
    assert done["status"] == "filled"
    assert Decimal(done["avg_price"]) >= price, "a better bid of the house comes first"
    trader1.delete(f"/api/orders/{bought['id']}")
    status(trader1, bought["id"], *CLOSED)


def test_an_order_beyond_the_price_band_is_rejected_with_rule_limit_and_actual(trader1: httpx.Client) -> None:
    price = Decimal(quote(trader1, "IBM")["ask"]) * 3
    answer = trader1.post("/api/orders", json=order("ACME-1", "IBM", "buy", price))
    assert answer.status_code == 201
    reject = status(trader1, answer.json()["id"], "rejected")["reject"]
    assert reject["code"] == "price_outside_band"
    assert {"code", "rule", "limit", "actual", "message"} <= reject.keys()
    assert reject["rule"] == "price_band"


def test_a_replace_changes_the_terms_and_says_so_once(trader1: httpx.Client) -> None:
    price = far_below(trader1, "IBM")
    entered = trader1.post("/api/orders", json=order("ACME-1", "IBM", "buy", price)).json()
    status(trader1, entered["id"], "new")
    answer = trader1.patch(f"/api/orders/{entered['id']}", json={"quantity": "3"})
    assert answer.status_code == 202
    changed = eventually(
        lambda: (found := trader1.get(f"/api/orders/{entered['id']}").json())["quantity"] == "3" and found, what="the order is replaced"
    )
    assert changed["leaves_quantity"] == "3"
    types = [event["type"] for event in trader1.get(f"/api/orders/{entered['id']}/events").json()["results"]]
    assert types == ["pending_new", "new", "pending_replace", "replaced"]
    trader1.delete(f"/api/orders/{entered['id']}")
    status(trader1, entered["id"], "canceled")


def test_the_same_client_order_id_and_body_gives_the_first_answer_again(trader1: httpx.Client) -> None:
    body = order("ACME-1", "IBM", "buy", far_below(trader1, "IBM"), client_order_id="way-of-an-order-1")
    first = trader1.post("/api/orders", json=body)
    second = trader1.post("/api/orders", json=body)
    assert second.json()["id"] == first.json()["id"]
    assert trader1.post("/api/orders", json=body | {"quantity": "6"}).status_code == 409
    trader1.delete(f"/api/orders/{first.json()['id']}")


def test_another_accounts_order_is_as_good_as_none(live_stack: Live, trader1: httpx.Client, trader2: httpx.Client) -> None:
    entered = trader1.post("/api/orders", json=order("ACME-1", "IBM", "buy", far_below(trader1, "IBM"))).json()
    path = f"/api/orders/{entered['id']}"
    assert trader2.get(path).status_code == 404
    assert trader2.get(f"{path}/events").status_code == 404
    assert trader2.delete(path).status_code == 404
    assert trader2.patch(path, json={"quantity": "1"}).status_code == 404
    assert trader2.get("/api/orders?account=ACME-1").json()["results"] == []
    assert trader2.post("/api/orders", json=order("ACME-1", "IBM", "buy", "100")).status_code == 400
    with live_stack.socket("trader2") as socket:
        for channel in ("orders", "executions", "positions"):
            socket.send(json.dumps({"op": "subscribe", "channel": channel, "key": "ACME-1"}))
            frame = json.loads(socket.recv(timeout=5))
            while frame["type"] not in {"error", "snapshot", "update"}:
                frame = json.loads(socket.recv(timeout=5))
            assert frame["type"] == "error"
    trader1.delete(path)
    status(trader1, entered["id"], "canceled")
