"""Orders entered in bulk until the last row is persisted: orders/s through REST, relay, risk, matching and projection.

Two accounts send 500 orders a request at the same time, as fast as they are answered: one buys, one sells, around the middle of three
symbols, so that a part of the orders trades at once and the rest rests. The clock runs from the first request to the moment when no
order is pending, the outbox is empty, and the last row of their executions is in PostgreSQL.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from benchmarks import machine, target

ORDERS = 10_000
BATCH = 500
SYMBOLS = ("BAC", "AIG", "IBM")
_LOOK_EVERY = 0.05
"""Seconds between two looks at the database, which share the two cores with what is measured."""


def _prices(rest: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """Mid price and tick of each symbol."""
    ticks = {row["symbol"]: Decimal(row["tick"]) for row in rest.get("/api/instruments").json()["results"]}
    prices = {}
    for symbol in SYMBOLS:
        quote = rest.get(f"/api/quotes/{symbol}").raise_for_status().json()
        mid = (Decimal(quote["bid"]) + Decimal(quote["ask"])) / 2
        prices[symbol] = (mid // ticks[symbol] * ticks[symbol], ticks[symbol])
    return prices


def _orders(account: str, side: str, round_number: int, prices: dict[str, tuple[Decimal, Decimal]]) -> list[dict[str, Any]]:
    """One request's orders: prices from 20 ticks on the passive side to 10 ticks through the middle, in a fixed pattern."""
    orders = []
    for index in range(BATCH):
        symbol = SYMBOLS[index % len(SYMBOLS)]
        mid, tick = prices[symbol]
        away = (index * 7 + round_number) % 30 - 10
        price = mid - away * tick if side == "buy" else mid + away * tick
        orders.append(
            {"account": account, "symbol": symbol, "side": side, "type": "limit", "tif": "gtc", "quantity": "10", "price": str(price)}
        )
    return orders


def _send(rest: Any, account: str, side: str, rounds: int, prices: dict[str, tuple[Decimal, Decimal]]) -> list[str]:
    ids = []
    for number in range(rounds):
        answer = rest.post("/api/orders/bulk", json={"orders": _orders(account, side, number, prices)})
        answer.raise_for_status()
        ids += [item["order"]["id"] for item in answer.json()["results"]]
    return ids


def _settled(database: Any, first: str, accounts: list[str]) -> bool:
    """Whether no order of these accounts is pending, from the first one on. It is asked while the clock runs, so it must cost little."""
    pending = database.execute(
        "SELECT EXISTS (SELECT FROM orders_order WHERE id >= %s AND account = ANY(%s) "
        "AND status IN ('pending_new','pending_cancel','pending_replace')) OR EXISTS (SELECT FROM bus_outboxmessage)",
        (first, accounts),
    )
    return not pending.fetchone()[0]


def _clear(clients: tuple[Any, ...], database: Any, ids: list[str]) -> None:
    """Cancel what rests and wait until it is gone, so that the next run starts from a quiet system."""
    for rest in clients:
        rest.post("/api/orders/cancel", json={"all": True}).raise_for_status()
    deadline = time.monotonic() + 60
    while database.execute("SELECT count(*) FROM orders_order WHERE id = ANY(%s) AND leaves_quantity > 0", (ids,)).fetchone()[0]:
        if time.monotonic() > deadline:
            raise SystemExit("canceled orders are still open after 60 s")
        time.sleep(0.1)


def measure(orders: int = ORDERS) -> dict[str, Any]:
    """Run once against the running stack."""
    found = target.stack()
    rounds = orders // BATCH // 2
    accounts = [target.person(found, name)["accounts"][0] for name in ("trader1", "trader2")]
    with target.client(found, "trader1") as first, target.client(found, "trader2") as second, target.database(found) as database:
        prices = _prices(first)
        executions = database.execute("SELECT count(*) FROM orders_execution").fetchone()[0]
        began = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            sent = [
                pool.submit(_send, first, accounts[0], "buy", rounds, prices),
                pool.submit(_send, second, accounts[1], "sell", rounds, prices),
            ]
            ids = [order for part in sent for order in part.result()]
        answered = time.monotonic() - began
        while not _settled(database, min(ids), accounts):
            if time.monotonic() - began > 120:
                raise SystemExit("not settled after 120 s")
            time.sleep(_LOOK_EVERY)
        last_seen, quiet_since = -1, time.monotonic()
        persisted = quiet_since
        while time.monotonic() - quiet_since < 1.0:  # rows of fills follow the acknowledgements; the last change counts
            rows = database.execute("SELECT count(*) FROM orders_execution WHERE order_id = ANY(%s)", (ids,)).fetchone()[0]
            if rows != last_seen:
                last_seen, quiet_since = rows, time.monotonic()
                persisted = quiet_since
            time.sleep(_LOOK_EVERY)
        statuses = dict(database.execute("SELECT status, count(*) FROM orders_order WHERE id = ANY(%s) GROUP BY status", (ids,)).fetchall())
        _clear((first, second), database, ids)
    seconds = persisted - began
    return {
        "orders": len(ids),
        "seconds_answered": round(answered, 2),
        "seconds_persisted": round(seconds, 2),
        "orders_per_second": round(len(ids) / seconds),
        "executions": last_seen,
        "statuses": statuses,
        "executions_before": executions,
    }


if __name__ == "__main__":
    runs = [measure() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
    rates = [run["orders_per_second"] for run in runs]
    print(json.dumps(machine.keep("bulk_orders", {"runs": runs, "best": max(rates), "worst": min(rates)}), indent=2))
