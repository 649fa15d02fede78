"""A kill of everything that is open, in the engine's own clock: `python -m benchmarks.bench_kill [ORDERS]`.

Risk and matching wired in this process, without a broker: risk judges and accepts the orders, matching lets them rest; then one kill of
the firm, whose cancels matching takes one by one, and whose reports risk takes until nothing is open. Processor time and the clock.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks import machine
from benchmarks.bench_risk import NOW, fold, orders
from matching.handlers import MatchingFold
from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.fold import RiskFold
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.topics import MATCHING_REPORTS, ORDERS_VALIDATED
from schemas.units import ONE

ORDERS = 100_000
ACCOUNTS = 10


def _deliveries(outputs: list[Output], topic: str, start: int) -> list[Delivery]:
    """What the next worker is handed of these records."""
    messages = (output.message for output in outputs if output.topic == topic)
    return [Delivery(Position(topic, 0, start + place), message, NOW) for place, message in enumerate(messages)]


def _all(handle: Callable[[Delivery, int], list[Output]], deliveries: list[Delivery]) -> list[Output]:
    return [output for delivery in deliveries for output in handle(delivery, NOW)]


def _timed(action: Callable[[], list[Output]]) -> tuple[list[Output], dict[str, float]]:
    """As the workers do it: garbage is collected between batches, never in one."""
    gc.collect()
    gc.disable()
    began, busy = time.perf_counter(), time.process_time()
    outputs = action()
    took = {"seconds": round(time.perf_counter() - began, 3), "processor_seconds": round(time.process_time() - busy, 3)}
    gc.enable()
    return outputs, took


def _filled(risk: RiskFold, matching: MatchingFold, count: int) -> None:
    """Let so many orders rest in the book, known to risk."""
    numbers = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**9 * ONE, "tradable": 1, "reference": 100 * ONE}
    listed = OrderCommand(CommandType.INSTRUMENT, 1, "", "*", "IBM", NOW, attributes=numbers, details={"currency": "USD", "group": "ES"})
    matching.handle(Delivery(Position(ORDERS_VALIDATED.name, 0, 0), listed, NOW), NOW)
    passed = _deliveries(_all(risk.handle, orders(count, ACCOUNTS)), ORDERS_VALIDATED.name, 1)
    _all(risk.handle, _deliveries(_all(matching.handle, passed), MATCHING_REPORTS.name, 0))
    resting = len(matching.engine.orders)
    held = sum(len(account.orders) for account in risk.accounts.values())
    assert (len(passed), resting, held) == (count, count, count), f"{len(passed)} accepted, {resting} rest, risk holds {held} of {count}"


def measure(count: int = ORDERS) -> dict[str, Any]:
    """Seconds of each part, and of all until nothing is open."""
    load = machine.load()
    risk, matching = fold(ACCOUNTS), MatchingFold(0)
    _filled(risk, matching, count)
    kill = OrderCommand(CommandType.KILL, 10**9, "", "*", "", NOW, scope="firm", value=1, reason="measured")
    killed, asking = _timed(lambda: risk.handle(Delivery(Position("orders", 0, 10**9), kill, NOW), NOW))
    cancels = _deliveries(killed, ORDERS_VALIDATED.name, count + 1)
    canceled, canceling = _timed(lambda: _all(matching.handle, cancels))
    reports = _deliveries(canceled, MATCHING_REPORTS.name, count)
    _, telling = _timed(lambda: _all(risk.handle, reports))
    left = [account for account in risk.accounts.values() if account.orders or account.open_value or account.working]
    assert (len(cancels), len(reports), matching.engine.orders, left) == (count, count, {}, [])
    parts = {"risk_asks": asking, "matching_cancels": canceling, "risk_tells": telling}
    total = {name: round(sum(part[name] for part in parts.values()), 2) for name in asking}
    return {"orders": count, "load_before": load, "load_after": machine.load(), **parts, "in_all": total}


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What, measured, wanted."""
    parts = " + ".join(f"{got[name]['seconds']:.2f}" for name in ("risk_asks", "matching_cancels", "risk_tells"))
    said = f"{got['in_all']['seconds']:.2f} s (risk, matching, risk: {parts})"
    return [(f"{got['orders']:,} open orders canceled, in the engine's own clock", said, "10 s or less")]


if __name__ == "__main__":
    print(json.dumps(machine.keep("kill", measure(int(sys.argv[1]) if sys.argv[1:] else ORDERS)), indent=2))
