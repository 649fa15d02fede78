"""What `bench_bus` measures. Imported once the environment names its topics and its database; each hop's process imports it too."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402 - Django first

from benchmarks import machine  # noqa: E402
from oms_site.infra.bus import outbox, relay, transform  # noqa: E402
from oms_site.infra.bus.connection import bus, wire  # noqa: E402
from oms_site.infra.bus.models import OutboxMessage  # noqa: E402
from oms_site.infra.bus.ports import Outgoing  # noqa: E402
from oms_site.infra.bus.processor import Control, Output, TransformSpec  # noqa: E402
from schemas.messages import Execution, OrderCommand, Quote  # noqa: E402
from schemas.topics import EXECUTIONS, ORDERS, ORDERS_VALIDATED, QUOTES  # noqa: E402

COMMANDS = 20_000
ROUNDS = 5
ACCOUNTS = 40


def codec() -> dict[str, float]:
    """Best of several rounds: what a message costs, without what else the machine did."""
    execution = Execution("E1", 1, "trade", "O1", "ACME-1", "IBM", "buy", "limit", "day", 10, 20, 10, 0, 5, 10, 20, "T1", "maker")
    quote = Quote("IBM", 18_125_000_000, 18_126_000_000, 100, 100, None, None, "Q", 5, "replay")
    found = {}
    for topic, message in ((EXECUTIONS, execution), (QUOTES, quote)):
        value = wire().value(topic, message)
        name = type(message).__name__
        found[f"{name}_encode"] = _best(lambda t=topic, m=message: wire().value(t, m))
        found[f"{name}_decode"] = _best(lambda t=topic, v=value: wire().message(t, v))
    return found


def _best(work: Callable[[], Any], times: int = 5_000) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - began) / times)
    return round(best * 1e6, 1)


def relay_rate() -> float:
    """From a full outbox to an empty one."""
    ids = outbox.allocate_ids(COMMANDS)
    for start in range(0, COMMANDS, 500):
        outbox.add([_command(number) for number in ids[start : start + 500]], now=datetime.now(UTC))
    began = time.monotonic()
    stop = threading.Event()
    control = _control(stop)
    thread = threading.Thread(target=_in_thread, args=(relay.run, control))
    thread.start()
    while OutboxMessage.objects.exists():
        time.sleep(0.01)
    taken = time.monotonic() - began
    stop.set()
    thread.join()
    return round(COMMANDS / taken)


def two_hops() -> dict[str, float]:
    """What the relay has just written goes through two transactional loops, each a process of its own; then a few paced ones."""
    consumer = bus().consumer(None, client_id="bench")
    consumer.assign(dict.fromkeys(consumer.partitions(EXECUTIONS.name), 0))
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    hops = [context.Process(target=_hop, args=(stop, name)) for name in ("first", "second")]
    for hop in hops:
        hop.start()
    try:
        seen = len(consumer.poll(30_000, 1_000))
        began = time.monotonic()
        while seen < COMMANDS:
            seen += len(consumer.poll(1_000, 5_000))
        rate = (COMMANDS - 1_000) / (time.monotonic() - began)
        producer = bus().producer(client_id="bench")
        delays = []
        for number in range(200):
            due = time.monotonic() + 0.02
            sent = time.monotonic()
            producer.send([Outgoing(ORDERS.name, f"A{number % ACCOUNTS}", wire().value(ORDERS, _command(number, account=number)))])
            while not consumer.poll(1_000, 10):
                continue
            delays.append((time.monotonic() - sent) * 1_000)
            time.sleep(max(0.0, due - time.monotonic()))
    finally:
        stop.set()
        for hop in hops:
            hop.join(20)
        consumer.close()
    return {"records_per_second": round(rate)} | {f"paced_{name}_ms": value for name, value in machine.spread(delays).items()}


class _Hop:
    """Passes every command on: the least a fold can do."""

    format_version = 1

    def __init__(self, name: str) -> None:
        self.name = name

    def handle(self, delivery: Any, now: int) -> list[Any]:

        command = delivery.message
        if self.name == "first":
            return [Output(ORDERS_VALIDATED.name, command)]
        answer = Execution("E1", 1, "new", command.id, command.account, "IBM", "buy", "limit", "day", 10, 20, 0, 10, command.time)
        return [Output(EXECUTIONS.name, answer)]

    def recover(self, delivery: Any) -> None:
        """Nothing is remembered."""

    def recovered(self, now: int) -> list[Any]:
        return []

    def dump(self) -> Any:
        return {}

    def restore(self, state: Any) -> None:
        """Nothing is remembered."""


def _hop(stop: Any, name: str) -> None:
    """The process of one hop; it finds the world in its environment."""
    source = ORDERS if name == "first" else ORDERS_VALIDATED
    spec = TransformSpec(name=name, inputs=(source.name,), fold=lambda partition: _Hop(name), snapshot_every=10**9, snapshot_seconds=10**9)
    transform.run(spec, _control(stop), 0)


def _control(stop: Any) -> Any:
    return Control(stop_reason=lambda: "done" if stop.is_set() else None, paused=lambda: False, report=lambda state, progress: None)


def _in_thread(run: Callable[[Any], Any], control: Any) -> None:
    run(control)
    connections.close_all()


def _command(number: int, account: int | None = None) -> Any:
    name = f"A{(number if account is None else account) % ACCOUNTS}"
    return OrderCommand("new", number, f"O{number}", name, f"S{number % ACCOUNTS}", 5, "buy", "limit", "day", 10, 20, user="bench")
