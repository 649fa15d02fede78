"""Something dies in the middle of a burst: the Python client comes back, and what it got is what REST tells, each thing once."""

import os
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from oms_client import Client, Event, Order, Stream, Token
from tests.eventually import eventually
from tests.live import Live

ACCOUNT = "ACME-1"
ORDERS = 40
FINAL = {"filled", "canceled", "rejected", "expired"}


@pytest.fixture
def oms(live_stack: Live) -> Iterator[Client]:
    with Client(live_stack.web, Token(live_stack.users["trader1"]["token"]), patience=120) as made:
        yield made


@dataclass
class Burst(threading.Thread):
    """Enters orders one after the other, half of them to fill at once, half to rest and be canceled; each is acknowledged."""

    oms: Client
    entered: list[Order] = field(default_factory=list)
    half: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            price = self.oms.quote("BAC").bid
            assert price is not None
            for number in range(ORDERS):
                away = Decimal("1.02") if number % 2 else Decimal("0.96")
                terms = {"tif": "ioc" if number % 2 else "day", "price": (price * away).quantize(Decimal("0.01"))}
                order = self.oms.submit(account=ACCOUNT, symbol="BAC", side="buy", type="limit", quantity=1, **terms)
                self.entered.append(order)
                if number == ORDERS // 2:
                    self.half.set()
            self.oms.cancel_all(account=ACCOUNT)
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            self.error = error
            self.half.set()


def kill_web(live: Live) -> None:
    live.stack.kill("web", group=True)


def kill_redis(live: Live) -> None:
    live.stack.kill("valkey")


def kill_projection(live: Live) -> None:
    with psycopg.connect(live.stack.postgres_url(), autocommit=True) as database:
        row = database.execute("SELECT holder FROM supervision_workerlease WHERE worker_id = 'core' AND state = 'running'").fetchone()
    assert row is not None
    os.kill(int(row[0].rsplit(":", 1)[1]), signal.SIGKILL)


def follow(stream: Stream, events: list[Event], done: Callable[[], bool]) -> None:
    """Take events until it is done."""

    def enough() -> bool:
        try:
            events.append(stream.take(timeout=0.5))
        except TimeoutError:
            return done()
        return False

    eventually(enough, within=180, every=0, what="everything entered is final and told")


@pytest.mark.parametrize("kill", [kill_web, kill_redis, kill_projection])
def test_what_the_stream_told_is_what_rest_tells(live_stack: Live, oms: Client, kill: Callable[[Live], None]) -> None:
    eventually(lambda: oms.quote("BAC").quality == "good", within=20)
    with oms.stream() as stream:
        for channel in ("orders", "executions"):
            stream.follow(channel, ACCOUNT)
        heads = {event.channel: event.seq for event in stream.settle()}
        burst = Burst(oms)
        burst.start()
        assert burst.half.wait(120)
        kill(live_stack)
        events: list[Event] = []
        seen: dict[str, str] = {}

        def done() -> bool:
            seen.update({event.data["id"]: event.data["status"] for event in of_channel(events, "orders")})
            return not burst.is_alive() and all(seen.get(order.id) in FINAL for order in burst.entered)

        follow(stream, events, done)
        assert burst.error is None
        assert len(burst.entered) == ORDERS
        assert stream.counts.missed == stream.counts.repeated == 0, "the server itself left nothing out and sent nothing twice"
        assert stream.counts.connected >= (2 if kill is kill_web else 1)
    told = of_channel(events, "orders"), of_channel(events, "executions")
    for channel, updates in zip(("orders", "executions"), told, strict=True):
        assert [event.seq for event in updates] == list(range(heads[channel] + 1, heads[channel] + 1 + len(updates)))
    assert_orders_equal(oms, burst.entered, told[0])
    fills = [one for one in oms._pages("/api/executions", {"account": ACCOUNT}) if one["seq"] > heads["executions"]]
    assert sorted(fills, key=lambda one: one["seq"]) == [event.data for event in told[1]]
    assert len(fills) >= ORDERS // 2


def of_channel(events: list[Event], channel: str) -> list[Event]:
    """The updates; after a reconnect that missed nothing a snapshot may stand between them."""
    assert {event.type for event in events} <= {"update", "snapshot"}
    return [event for event in events if event.channel == channel and event.type == "update"]


def assert_orders_equal(oms: Client, entered: list[Order], updates: list[Event]) -> None:
    """Each order's frames are its life as REST tells it, step by step, and its last frame is the order."""
    lives: dict[str, list[Any]] = defaultdict(list)
    for event in updates:
        lives[event.data["id"]].append(event.data)
    assert lives.keys() >= {order.id for order in entered}
    for order in entered:
        steps = list(oms._pages(f"/api/orders/{order.id}/events"))
        shown = [(step["status"], step["cum_quantity"], step["leaves_quantity"]) for step in steps]
        assert [(one["status"], one["cum_quantity"], one["leaves_quantity"]) for one in lives[order.id]] == shown
        assert lives[order.id][-1] == oms.call("GET", f"/api/orders/{order.id}")


def test_a_client_that_was_away_for_the_whole_of_it_gets_all_of_it(oms: Client) -> None:
    with oms.stream() as stream:
        stream.follow("orders", ACCOUNT)
        (head,) = stream.settle()
    burst = Burst(oms)
    burst.run()
    assert burst.error is None
    with oms.stream() as stream:
        stream.follow("orders", ACCOUNT, from_seq=head.seq + 1)
        events: list[Event] = []
        follow(stream, events, lambda: len({event.data["id"] for event in events if event.data["status"] in FINAL}) == ORDERS)
    assert [event.seq for event in events] == list(range(head.seq + 1, head.seq + 1 + len(events)))
    assert_orders_equal(oms, burst.entered, events)
