"""The risk fold alone, in this process: `python -m benchmarks.bench_risk [ORDERS]`.

Every check on, messages built, metrics counted: new orders at few and many accounts, reports passed on, a kill of all that is open, and the
recovery of that state.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from benchmarks import machine
from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.domain.checks import Reference
from risk.domain.limits import Rule
from risk.fold import RiskFold
from schemas.enums import CommandType, ExecType
from schemas.messages import Execution, OrderCommand
from schemas.units import ONE

ORDERS = 100_000
NOW = 1_790_000_000_000_000
BID, ASK = 100 * ONE, 101 * ONE


def fold() -> RiskFold:
    """A partition with one instrument, wide limits and a fresh quote."""
    made = RiskFold(lambda symbol: True, {"IBM": Reference(BID, ASK, NOW)})
    numbers = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**9 * ONE, "tradable": 1}
    controls = [OrderCommand(CommandType.INSTRUMENT, 1, "", "*", "IBM", NOW, attributes=numbers)]
    controls += [
        OrderCommand(CommandType.LIMIT, 2 + place, "", "*", "", NOW, scope="firm", rule=rule, value=10**9 * ONE)
        for place, rule in enumerate(Rule)
    ]
    for offset, control in enumerate(controls):
        made.handle(Delivery(Position("orders", 0, offset), control, NOW), NOW)
    return made


def orders(count: int, accounts: int) -> list[Delivery]:
    """New orders that pass, going round the accounts."""
    made = []
    for number in range(count):
        side, price = ("buy", BID) if number % 2 else ("sell", ASK)
        terms = {"side": side, "type": "limit", "tif": "day", "quantity": ONE, "price": price}
        command = OrderCommand(CommandType.NEW, 100 + number, f"O{number}", f"A{number % accounts}", "IBM", NOW, **terms)
        made.append(Delivery(Position("orders", 0, 100 + number), command, NOW))
    return made


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _run(made: RiskFold, deliveries: list[Delivery]) -> list[Output]:
    return [output for delivery in deliveries for output in made.handle(delivery, NOW)]


def _reports(outputs: list[Output]) -> list[Delivery]:
    """What matching says to each pending order: it rests."""
    pending = [output.message for output in outputs if isinstance(output.message, Execution)]
    return [
        Delivery(
            Position("matching.reports", 0, place),
            Execution(f"M{place}", 0, ExecType.NEW, p.order_id, p.account, p.symbol, p.side, "limit", "day", ONE, p.price, 0, ONE, NOW),
            NOW,
        )
        for place, p in enumerate(pending)
    ]


def measure(count: int = ORDERS) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {}
    for accounts in (10, 10_000):
        made, deliveries = fold(), orders(count, accounts)
        outputs: list[Output] = []
        took = seconds(lambda made=made, deliveries=deliveries, outputs=outputs: outputs.extend(_run(made, deliveries)))
        reports = _reports(outputs)
        passing = seconds(lambda made=made, reports=reports: _run(made, reports))
        figures[f"{accounts} accounts"] = {
            "orders_per_second": round(count / took),
            "us_per_order": round(took / count * 1e6, 1),
            "us_per_report": round(passing / count * 1e6, 1),
        }
    text = orjson.dumps(made.dump())
    back = fold()
    figures["snapshot"] = {
        "open_orders": count,
        "dump_ms": round(seconds(made.dump) * 1e3),
        "restore_ms": round(seconds(lambda: back.restore(orjson.loads(text))) * 1e3),
        "mib": round(len(text) / 2**20, 1),
    }
    kill = OrderCommand(CommandType.KILL, 10**9, "", "*", "", NOW, scope="firm", value=1, reason="measured")
    figures["kill_ms"] = round(seconds(lambda: made.handle(Delivery(Position("orders", 0, 10**9), kill, NOW), NOW)) * 1e3)
    return figures


if __name__ == "__main__":
    print(json.dumps(machine.keep("risk", measure(int(sys.argv[1]) if sys.argv[1:] else ORDERS)), indent=2))
