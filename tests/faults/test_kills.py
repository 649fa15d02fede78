"""Every worker and the broker die once while 2,000 orders are under way: nothing acknowledged is lost, nothing happens twice."""

import os
import signal
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg
import pytest

from schemas.topics import EXECUTIONS, TRADES
from tests.eventually import eventually
from tests.live import Live
from tests.logs import read_topic

WORKERS = ("relay", "risk", "matching", "core")
BATCHES = 40
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


@pytest.fixture(scope="module")
def burst(live_stack: Live) -> dict[str, str]:
    """Ids of all acknowledged orders, after the burst, the kills and the silence that follows."""
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as database, live_stack.user("trader1") as rest:
        quote = eventually(
            lambda: (found := rest.get("/api/quotes/BAC").json()).get("quality") == "good" and found, within=30, what="a good quote"
        )
        mid = Decimal(quote["bid"])
        acknowledged: dict[str, str] = {}

        def send(name: str, account: str, side: str) -> None:
            with live_stack.user(name) as client:
                for number in range(BATCHES // 2):
                    body = {"orders": _batch(account, side, number, mid)}
                    answer = eventually(
                        lambda: (got := client.post("/api/orders/bulk", json=body)).status_code == 200 and got,  # noqa: B023
                        within=60,
                        what="the bulk is taken",
                    )
                    for item in answer.json()["results"]:
                        acknowledged[item["order"]["id"]] = account

        with ThreadPoolExecutor(3) as pool:
            senders = [pool.submit(send, "trader1", "ACME-1", "buy"), pool.submit(send, "trader2", "ZEN-1", "sell")]
            for worker in WORKERS:
                _kill_worker(database, worker)
            broker = live_stack.stack.pid("kafka")
            live_stack.stack.kill("kafka")
            eventually(lambda: live_stack.stack.supervisor.state("kafka").pid not in {0, broker}, within=60, what="the broker is back")
            for sender in senders:
                sender.result()

        def quiet() -> bool:
            open_rows = database.execute(
                "SELECT count(*) FROM orders_order WHERE id = ANY(%s) AND status NOT IN "
                "('new','partially_filled','filled','canceled','rejected','expired')",
                (list(acknowledged),),
            ).fetchone()[0]
            return not open_rows and not database.execute("SELECT count(*) FROM bus_outboxmessage").fetchone()[0]

        eventually(quiet, within=120, every=0.25, what="every order has left pending_new")
        live_stack.manage("verify_state", "--wait", "60")
        yield acknowledged
        for name in ("trader1", "trader2"):
            with live_stack.user(name) as client:
                client.post("/api/orders/cancel", json={"all": True})


@pytest.fixture(scope="module")
def database(live_stack: Live, burst: dict[str, str]):
    with psycopg.connect(live_stack.stack.postgres_url(), autocommit=True) as connection:
        yield connection


def test_every_acknowledged_order_exists_once_in_a_consistent_state(database: psycopg.Connection, burst: dict[str, str]) -> None:
    assert len(burst) == BATCHES * BATCH
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
    trades = read_topic(TRADES)
    assert trades
    assert len({trade.id for trade in trades}) == len(trades)
    legs: dict[str, list] = defaultdict(list)
    for execution in read_topic(EXECUTIONS):
        if execution.type == "trade":
            legs[execution.trade_id].append((execution.side, execution.last_quantity, execution.last_price))
    for trade in trades:
        assert sorted(legs[trade.id]) == [("buy", trade.quantity, trade.price), ("sell", trade.quantity, trade.price)]
    assert database.execute("SELECT count(*) FROM matching_trade").fetchone()[0] == len(trades)


def test_each_accounts_sequence_has_no_gap_and_no_repeat(burst: dict[str, str]) -> None:
    last: Counter[str] = Counter()
    for execution in read_topic(EXECUTIONS):
        assert execution.seq == last[execution.account] + 1
        last[execution.account] = execution.seq
    assert last["ACME-1"]


def test_books_exposures_orders_and_positions_rebuilt_from_the_logs_are_equal(live_stack: Live, burst: dict[str, str]) -> None:
    done = live_stack.manage("verify_state", "--wait", "60")
    assert "equal" in done.stdout
