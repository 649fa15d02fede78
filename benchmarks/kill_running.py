"""A kill of the firm on the running demo: `python -m benchmarks.kill_running [ORDERS]`.

First under load: 500 orders/s by an open model (a bulk of 25 is due every 50 ms, whether or not those before it were answered), one click
in the middle; from the click to the last record of the log that accepts one of these orders. Then with 100,000 orders open: from the
click until the kill is shown as flat, and until every projection has nothing of them open any more. Each kill is released by two persons.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import django

from benchmarks import machine, target
from oms_site.stack import Stack

ORDERS = 100_000
RATE, BULK, SECONDS = 500, 25, 10
LOADING_BULK = 500
TRADERS = ("trader1", "trader2")
CLICKS, AGREES = "risk1", "risk2"
OPEN = "working IN ('pending_new', 'new', 'partially_filled')"
WITHIN = 150
"""Seconds that anything is waited for before the run is given up."""
LOADED_WITHIN = 900
"""The same for the orders that must rest beforehand, which is not measured."""

Market = list[tuple[str, Decimal, Decimal]]
"""Symbol, middle and tick."""


class Demo:
    """The running demo as this benchmark uses it."""

    def __init__(self) -> None:
        self.found = target.stack()
        self.people = {name: target.client(self.found, name) for name in (*TRADERS, CLICKS, AGREES)}
        self.accounts = [target.person(self.found, name)["accounts"][0] for name in TRADERS]
        self.database = target.database(self.found)

    def close(self) -> None:
        """Give everything back."""
        for client in self.people.values():
            client.close()
        self.database.close()

    def one(self, query: str, *values: Any) -> Any:
        """The only column of the only row."""
        row = self.database.execute(query, values).fetchone()  # type: ignore[arg-type]
        return None if row is None else row[0]

    def market(self) -> Market:
        """Every symbol that has a good quote."""
        found = []
        for row in self.people[TRADERS[0]].get("/api/instruments").raise_for_status().json()["results"]:
            quote = self.people[TRADERS[0]].get(f"/api/quotes/{row['symbol']}").json()
            if quote.get("quality") == "good" and row["currency"] == "USD":
                tick = Decimal(row["tick"])
                found.append((row["symbol"], (Decimal(quote["bid"]) + Decimal(quote["ask"])) / 2 // tick * tick, tick))
        return found

    def open_orders(self) -> int:
        """Of the traders' accounts, as the rows tell."""
        return int(self.one(f"SELECT count(*) FROM orders_order WHERE {OPEN} AND account = ANY(%s)", self.accounts))

    @contextmanager
    def killed(self) -> Iterator[tuple[int, float, float]]:
        """Id of a kill of the firm, the moment of the click and that of its answer; two persons release it afterwards, come what may."""
        clicked = time.time()
        body = {"scope": "firm", "reason": "measured"}
        kill = self.people[CLICKS].post("/api/risk/kill", json=body).raise_for_status().json()["id"]
        try:
            yield kill, clicked, time.time()
        finally:
            for name in (AGREES, CLICKS):  # who set it may agree, not ask
                self.people[name].post(f"/api/risk/kill/{kill}/release", json={"reason": "measured"}).raise_for_status()

    def is_flat(self, kill: int) -> bool:
        """As people are told."""
        told = self.people[CLICKS].get("/api/risk/kills").raise_for_status().json()["results"]
        return any(one["id"] == kill and one["state"] == "flat" for one in told)

    def projected(self) -> bool:
        """Nothing is on its way, and neither the rows of orders nor the exposures that are told have anything open."""
        waiting = self.one("SELECT count(*) FROM bus_outboxmessage")
        told = self.one("SELECT coalesce(sum(open_orders), 0) FROM risk_accountexposure WHERE account = ANY(%s)", self.accounts)
        return not (waiting or told or self.open_orders())


def until(condition: Callable[[], object], what: str, *, every: float = 0.1, within: float = WITHIN) -> float:
    """The moment when a condition holds. Ends the run when it does not come about."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: not within {within} s")
        time.sleep(every)
    return time.time()


def resting(account: str, side: str, count: int, start: int, market: Market) -> list[dict[str, str]]:
    """Orders about 10 % away from the middle, going round the symbols and 40 ticks."""
    orders = []
    for number in range(start, start + count):
        symbol, mid, tick = market[number % len(market)]
        away = mid / 10 // tick * tick + number // len(market) % 40 * tick
        price = mid - away if side == "buy" else mid + away
        terms = {"type": "limit", "tif": "gtc", "quantity": "1", "price": str(price)}
        orders.append({"account": account, "symbol": symbol, "side": side} | terms)
    return orders


# under load


def under_load(demo: Demo) -> dict[str, Any]:
    """Orders come in all the time; in the middle somebody clicks."""
    market, ends = demo.market(), _log_ends()
    late: list[float] = []
    ids: list[str] = []

    def send(number: int, due: float) -> None:
        trader = number % len(TRADERS)
        orders = resting(demo.accounts[trader], ("buy", "sell")[trader], BULK, number * BULK, market)
        late.append(time.time() - due)
        answer = demo.people[TRADERS[trader]].post("/api/orders/bulk", json={"orders": orders}).raise_for_status()
        ids.extend(item["order"]["id"] for item in answer.json()["results"])

    bulks = RATE * SECONDS // BULK
    with ThreadPoolExecutor(32) as pool:
        start = time.time() + 0.2
        sent = [pool.submit(_at, start + number * BULK / RATE, send, number) for number in range(bulks // 2)]
        time.sleep(max(0.0, start + SECONDS / 2 - time.time()))
        sent += [pool.submit(_at, start + number * BULK / RATE, send, number) for number in range(bulks // 2, bulks)]
        with demo.killed() as (kill, clicked, answered):
            for one in sent:
                one.result()
            until(lambda: demo.is_flat(kill) and demo.projected(), "flat after the kill under load")
    accepted, refused = _answers(set(ids), ends)
    if not (accepted and refused):
        raise SystemExit(f"{len(accepted)} orders were accepted and {len(refused)} refused: the click was not in the middle")
    return {
        "rate": RATE,
        "sent": len(ids),
        "sent_late_ms_worst": round(max(late) * 1000),
        "accepted": len(accepted),
        "refused_by_the_kill": len(refused),
        "click_answered_ms": round((answered - clicked) * 1000),
        "first_refusal_after_click_ms": round((min(refused) - clicked) * 1000),
        "last_accept_after_click_ms": round((max(accepted) - clicked) * 1000),
    }


def _at(due: float, send: Callable[[int, float], None], number: int) -> None:
    time.sleep(max(0.0, due - time.time()))
    send(number, due)


def _log_ends() -> dict[int, int]:
    """Where `executions` ends now."""
    os.environ.update(Stack.attach().environment())
    django.setup()
    from oms_site import verification  # noqa: PLC0415 - once the settings know the demo
    from schemas.topics import EXECUTIONS  # noqa: PLC0415

    return {index: verification.ends((EXECUTIONS.name,), index)[EXECUTIONS.name] for index in range(EXECUTIONS.partitions)}


def _answers(ids: set[str], since: dict[int, int]) -> tuple[list[float], list[float]]:
    """The moments at which these orders were accepted, or refused by a kill, as the log has them (seconds)."""
    from oms_site import verification  # noqa: PLC0415

    accepted, refused = [], []
    for index, end in _log_ends().items():
        for delivery in verification.deliveries("executions", index, since[index], end, reader=""):
            record: Any = delivery.message
            if record.order_id in ids and record.type == "pending_new":
                accepted.append(delivery.timestamp / 1e6)
            elif record.order_id in ids and record.reason == "risk_killed" and record.type == "rejected":
                refused.append(delivery.timestamp / 1e6)
    return accepted, refused


# with much that is open


def much_open(demo: Demo, orders: int) -> dict[str, Any]:
    """Load, click, wait until it is flat."""
    before, began = demo.open_orders(), time.time()
    market = demo.market()
    with ThreadPoolExecutor(len(TRADERS)) as pool:
        loading = [pool.submit(_load, demo, trader, orders // len(TRADERS), market) for trader in range(len(TRADERS))]
        for one in loading:
            one.result()
    pending = "SELECT count(*) FROM orders_order WHERE status = 'pending_new' AND account = ANY(%s)"
    loaded = until(
        lambda: not demo.one(pending, demo.accounts) and demo.open_orders() >= before + orders,
        f"{orders} orders rest",
        every=0.5,
        within=LOADED_WITHIN,
    )
    opened = demo.open_orders()
    with demo.killed() as (kill, clicked, _):
        flat = until(lambda: demo.is_flat(kill), "the kill is flat", every=0.25)
        done = until(demo.projected, "every projection has nothing open")
        told = demo.one("SELECT extract(epoch FROM flat_at) FROM risk_kill WHERE id = %s", kill)
    return {
        "orders": opened,
        "loaded_per_second": round(orders / (loaded - began)),
        "flat_at_s": round(float(told) - clicked, 2),
        "shown_as_flat_s": round(flat - clicked, 2),
        "projections_done_s": round(done - clicked, 2),
    }


def _load(demo: Demo, trader: int, count: int, market: Market) -> None:
    for start in range(0, count, LOADING_BULK):
        orders = resting(demo.accounts[trader], ("buy", "sell")[trader], min(LOADING_BULK, count - start), start, market)
        answer = demo.people[TRADERS[trader]].post("/api/orders/bulk", json={"orders": orders}).raise_for_status().json()
        wrong = [item["error"] for item in answer["results"] if "error" in item]
        if wrong:
            raise SystemExit(f"{len(wrong)} orders were not entered, the first: {wrong[0]}")


def measure(orders: int = ORDERS) -> dict[str, Any]:
    """Both parts, once."""
    load = machine.load()
    demo = Demo()
    try:
        figures = {"under load": under_load(demo), "much open": much_open(demo, orders)}
    finally:
        demo.close()
    return {"load_before": load, "load_after": machine.load(), **figures}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What, measured, wanted."""
    under, much = got["under load"], got["much open"]
    told = f"click answered after {under['click_answered_ms']}, first refusal after {under['first_refusal_after_click_ms']} ms"
    last = f"{under['last_accept_after_click_ms']} ms ({told})"
    shown = f"{much['shown_as_flat_s']} s, every projection done after {much['projections_done_s']} s"
    return [
        (f"{under['rate']} orders/s: from the click to the last order accepted", last, "1,000 ms or less"),
        (f"{much['orders']:,} open orders: from the click to shown as flat", shown, "60 s or less"),
    ]


if __name__ == "__main__":
    print(json.dumps(machine.keep("kill_running", measure(int(sys.argv[1]) if sys.argv[1:] else ORDERS)), indent=2))
