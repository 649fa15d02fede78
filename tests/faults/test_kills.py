"""Every worker and the broker die once while 2,000 orders are under way: nothing acknowledged is lost, nothing happens twice."""

import os
import signal
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import httpx
import psycopg
import pytest

from oms_site.stack.probes import accepts
from schemas.topics import EXECUTIONS, TRADES
from tests.eventually import eventually
from tests.live import Live
from tests.logs import read_topic

WORKERS = ("relay", "risk", "matching", "core")
BATCHES = 4
"""Bulks of each trader at each of the five kills."""
BATCH = 50
FINAL = {"new", "partially_filled", "filled", "canceled", "rejected", "expired"}


def _worker_pid(database: psycopg.Connection, worker: str) -> int | None:
    row = database.execute(
        "SELECT holder FROM supervision_workerlease WHERE worker_id = %s AND state = 'running' ORDER BY slot LIMIT 1", (worker,)
    ).fetchone()
    return int(row[0].rsplit(":", 1)[1]) if row else None


def _kill_worker(database: psycopg.Connection, worker: str) -> None:
    pid = eventually(lambda: _worker_pid(database, worker), within=30, what=f"{worker} runs")
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: _worker_pid(database, worker) not in {None, pid}, within=60, what=f"another {worker} runs")


def _batch(account: str, side: str, number: int, mid: Decimal) -> list[dict[str, str]]:
    orders = []
    for index in range(BATCH):
        away = (index + number) % 9 - 4
        price = mid - away * Decimal("0.01") if side == "buy" else mid + away * Decimal("0.01")
        orders.append(
            {
                "account": account,
                "symbol": "BAC",
                "side": side,
                "type": "limit",
                "tif": "gtc",
                "quantity": "3",
                "price": str(price),
                "client_order_id": f"kill-{account}-{number}-{index}",
            }
        )
    return orders


def _kill_broker(live: Live) -> None:
    broker = live.stack.pid("kafka")
    live.stack.kill("kafka")
    eventually(lambda: live.stack.supervisor.state("kafka").pid not in {0, broker}, within=60, what="another broker runs")
    eventually(lambda: accepts(live.stack.ports.kafka), within=60, what="the broker answers")


@dataclass
class Burst:
    """Two traders who send at the same time; `acknowledged` holds every order the product has promised to keep."""

    live: Live
    mid: Decimal
    acknowledged: dict[str, str] = field(default_factory=dict)
    underway: threading.Event = field(default_factory=threading.Event)

    def send(self, name: str, account: str, side: str, stage: int) -> None:
        """One stage's bulks of one trader; one that is not taken is sent again, under the same client order ids."""
        with self.live.user(name) as client:
            for number in range(stage * BATCHES, (stage + 1) * BATCHES):
                body = {"orders": _batch(account, side, number, self.mid)}
                answer = eventually(partial(_taken, client, body), within=60, what="the bulk is taken")
                for item in answer.json()["results"]:
                    self.acknowledged[item["order"]["id"]] = account
                self.underway.set()


def _taken(client: httpx.Client, body: dict) -> httpx.Response | None:
    answer = client.post("/api/orders/bulk", json=body)
    return answer if answer.status_code == 200 else None


def _settled(database: psycopg.Connection, orders: list[str]) -> bool:
    """Every order has left its pending states and nothing waits in the outbox."""
    pending = database.execute("SELECT count(*) FROM orders_order WHERE id = ANY(%s) AND NOT status = ANY(%s)", (orders, sorted(FINAL)))
    waiting = database.execute("SELECT count(*) FROM bus_outboxmessage")
    return not pending.fetchone()[0] and not waiting.fetchone()[0]


@pytest.fixture(scope="module")
def burst(live_stack: Live) -> Iterator[dict[str, str]]:
    """Ids of all acknowledged orders, after the burst, the kills and the silence that follows."""
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as database, live_stack.user("trader1") as rest:
        quote = eventually(
            lambda: (found := rest.get("/api/quotes/BAC").json()).get("quality") == "good" and found, within=30, what="a good quote"
        )
        burst = Burst(live_stack, Decimal(quote["bid"]))
        victims = [partial(_kill_worker, database, worker) for worker in WORKERS] + [partial(_kill_broker, live_stack)]
        with ThreadPoolExecutor(2) as pool:
            for stage, kill in enumerate(victims):
                burst.underway.clear()
                senders = [
                    pool.submit(burst.send, "trader1", "ACME-1", "buy", stage),
                    pool.submit(burst.send, "trader2", "ZEN-1", "sell", stage),
                ]
                assert burst.underway.wait(60), "orders are under way"
                kill()
                for sender in senders:
                    sender.result()
        eventually(partial(_settled, database, list(burst.acknowledged)), within=120, every=0.25, what="every order is settled")
    yield burst.acknowledged
    for name in ("trader1", "trader2"):
        with live_stack.user(name) as client:
            client.post("/api/orders/cancel", json={"all": True})


@pytest.fixture(scope="module")
def database(live_stack: Live, burst: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as connection:
        yield connection


def test_every_acknowledged_order_exists_once_in_a_consistent_state(database: psycopg.Connection, burst: dict[str, str]) -> None:
    assert len(burst) == 5 * 2 * BATCHES * BATCH == 2_000
    rows = database.execute(
        "SELECT id, status, quantity, cum_quantity, leaves_quantity FROM orders_order WHERE id = ANY(%s)", (list(burst),)
    ).fetchall()
    assert len(rows) == len(burst)
    for order, status, quantity, cum, leaves in rows:
        assert status in FINAL, order
        if status in {"new", "partially_filled"}:
            assert cum + leaves == quantity, order
        else:
            assert leaves == 0, order
        assert (status == "filled") == (cum == quantity), order


def test_fills_sum_to_the_cumulative_quantity(database: psycopg.Connection, burst: dict[str, str]) -> None:
    wrong = database.execute(
        "SELECT o.id, o.cum_quantity, coalesce(sum(e.last_quantity), 0) FROM orders_order o "
        "LEFT JOIN orders_execution e ON e.order_id = o.id AND e.type = 'trade' WHERE o.id = ANY(%s) "
        "GROUP BY o.id HAVING o.cum_quantity <> coalesce(sum(e.last_quantity), 0)",
        (list(burst),),
    ).fetchall()
    assert wrong == []


def test_no_trade_happened_twice_and_each_has_two_equal_legs(database: psycopg.Connection, burst: dict[str, str]) -> None:
    """The house goes on quoting and trading while this reads: what comes later in the chain is waited for, never the other way round."""
    persisted = _trade_rows(database)
    trades = read_topic(TRADES)
    assert trades
    told = {trade.id for trade in trades}
    assert len(told) == len(trades)
    assert persisted <= told
    eventually(lambda: told <= _trade_rows(database), within=30, what="every trade has its row")
    wanted = {trade.id: [("buy", trade.quantity, trade.price), ("sell", trade.quantity, trade.price)] for trade in trades}
    eventually(lambda: sum(map(len, _legs(told).values())) >= 2 * len(told), within=30, every=1, what="every trade has two legs")
    assert _legs(told) == wanted


def _trade_rows(database: psycopg.Connection) -> set[str]:
    return {row[0] for row in database.execute("SELECT id FROM matching_trade").fetchall()}


def _legs(trades: set[str]) -> dict[str, list[tuple[str, int, int]]]:
    """Side, quantity and price of each execution of these trades, buyers first; not of a busted fill that the desk has brought back."""
    legs: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    busted: set[tuple[str, str]] = set()
    for execution in read_topic(EXECUTIONS):
        if execution.type == "trade_cancel":
            busted.add((execution.order_id, execution.trade_id))
        elif execution.type == "trade" and execution.trade_id in trades and (execution.order_id, execution.trade_id) not in busted:
            legs[execution.trade_id].append((execution.side, execution.last_quantity, execution.last_price))
    return {trade: sorted(both) for trade, both in legs.items()}


def test_each_accounts_sequence_has_no_gap_and_no_repeat(burst: dict[str, str]) -> None:
    last: Counter[str] = Counter()
    for execution in read_topic(EXECUTIONS):
        assert execution.seq == last[execution.account] + 1
        last[execution.account] = execution.seq
    assert last["ACME-1"]


def test_books_exposures_orders_and_positions_rebuilt_from_the_logs_are_equal(live_stack: Live, burst: dict[str, str]) -> None:
    done = live_stack.manage("verify_state", "--wait", "60")
    assert "equal" in done.stdout
