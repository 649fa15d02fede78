"""The risk fold alone, in this process: `python -m benchmarks.bench_risk [ORDERS]`.

Every check on and asked for (described accounts, credit, locates, volumes, repeats), messages and decisions built, metrics counted: new
orders at few and many accounts, reports passed on, a kill of all that is open, and the recovery of that state. Processor time, garbage
collected between the measurements as the workers do between their batches.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from benchmarks import machine
from oms_site.infra.bus.processor import Delivery, Output, Position
from risk.domain.decide import judge_new
from risk.domain.entitlements import Grant, grants_text
from risk.domain.instrument import Reference
from risk.domain.limits import Rule
from risk.fold import RiskFold
from schemas.enums import CommandType, ExecType
from schemas.messages import Execution, OrderCommand
from schemas.units import ONE

ORDERS = 100_000
NOW = 1_790_000_000_000_000
BID, ASK = 100 * ONE, 101 * ONE
SPACING = 50
"""Microseconds between two orders: as they come at 20,000 a second."""
WIDE = dict.fromkeys(Rule, 10**9 * ONE) | {Rule.REPEAT_WINDOW: 10 * ONE}


def fold(accounts: int) -> RiskFold:
    """A partition with an instrument, a fresh quote, wide limits of every rule, described accounts, one in ten with a limit of its own."""
    made = RiskFold(lambda symbol: True, {"IBM": Reference(BID, ASK, NOW)})
    numbers = {"tick": ONE // 100, "lot": ONE, "max_quantity": 10**9 * ONE, "tradable": 1, "reference": BID}
    said: list[tuple[CommandType, dict[str, Any]]] = [
        (CommandType.INSTRUMENT, {"symbol": "IBM", "attributes": numbers, "details": {"currency": "USD", "group": "ES"}}),
        (CommandType.PHASE, {"symbol": "IBM", "phase": "continuous"}),
        (CommandType.SETTING, {"scope": "adv", "key": "IBM", "value": 10**9 * ONE}),
        (CommandType.SETTING, {"scope": "locate", "key": "*/*", "value": 10**9 * ONE}),
        *((CommandType.LIMIT, {"scope": "firm", "rule": rule, "value": value}) for rule, value in WIDE.items()),
    ]
    for number in range(accounts):
        code = f"A{number}"
        details = {"desk": f"D{number % 7}", "currency": "USD", "kind": "customer"}
        said.append((CommandType.SETTING, {"scope": "account", "key": code, "details": details}))
        said.append((CommandType.SETTING, {"scope": "cash", "key": f"{code}/USD", "value": 10**9 * ONE}))
        grants = {"grants": grants_text([Grant(code)])}
        said.append((CommandType.SETTING, {"scope": "entitlement", "key": f"user{number}", "details": grants}))
        if number % 10 == 0:
            said.append((CommandType.LIMIT, {"scope": "account", "key": code, "rule": Rule.MAX_POSITION, "value": 10**8 * ONE}))
    for offset, (kind, fields) in enumerate(said):
        control = OrderCommand(kind, offset + 1, "", "*", fields.pop("symbol", ""), NOW, **fields)
        made.handle(Delivery(Position("orders", 0, offset), control, NOW), NOW)
    return made


def orders(count: int, accounts: int) -> list[Delivery]:
    """New orders that pass, going round the accounts; of different quantities, as the same again would be asked about."""
    made = []
    for number in range(count):
        side, price = ("buy", BID) if number % 2 else ("sell", ASK)
        whose, at = number % accounts, NOW + number * SPACING
        terms = {"side": side, "type": "limit", "tif": "day", "quantity": (1 + number % 97) * ONE, "price": price}
        names = {"user": f"user{whose}", "client_order_id": f"C{number}", "trade_date": "2026-09-21"}
        command = OrderCommand(CommandType.NEW, 10**6 + number, f"O{number}", f"A{whose}", "IBM", at, **terms, **names)
        made.append(Delivery(Position("orders", 0, 10**6 + number), command, at))
    return made


def seconds(action: Callable[[], object]) -> float:
    """How much processor time `action` takes."""
    gc.collect()
    gc.disable()
    start = time.process_time()
    action()
    took = time.process_time() - start
    gc.enable()
    return took


def _run(made: RiskFold, deliveries: list[Delivery]) -> list[Output]:
    return [output for delivery in deliveries for output in made.handle(delivery, NOW)]


def _judge(made: RiskFold, deliveries: list[Delivery]) -> int:
    """How many orders pass, each judged alone and nothing done about it."""
    market, passed = made.market(NOW), 0
    for delivery in deliveries:
        command = delivery.message
        passed += judge_new(made.account(command.account), command, market).breach is None  # type: ignore[union-attr, arg-type]
    return passed


def _reports(outputs: list[Output]) -> list[Delivery]:
    """What matching says to each pending order: it rests."""
    pending = [output.message for output in outputs if isinstance(output.message, Execution)]
    return [
        Delivery(
            Position("matching.reports", 0, place),
            Execution(
                *(f"M{place}", 0, ExecType.NEW, p.order_id, p.account, p.symbol, p.side, "limit", "day", p.quantity, p.price),
                *(0, p.quantity, NOW),
            ),
            NOW,
        )
        for place, p in enumerate(pending)
    ]


def _at(made: RiskFold, accounts: int, count: int) -> dict[str, Any]:
    deliveries = orders(count, accounts)
    tenth = count // 10
    outputs: list[Output] = []
    parts = [deliveries[start : start + tenth] for start in range(0, count, tenth)]
    took = [seconds(lambda part=part: outputs.extend(_run(made, part))) for part in parts]
    refused = sum(output.message.type == ExecType.REJECTED for output in outputs if isinstance(output.message, Execution))
    assert not refused, f"{refused} orders were refused"
    reports = _reports(outputs)
    fresh = orders(count + tenth, accounts)[count:]
    passed: list[int] = []
    checks = seconds(lambda: passed.append(_judge(made, fresh)))
    assert passed == [tenth]
    passing = seconds(lambda: _run(made, reports))
    return {
        "orders_per_second": round(count / sum(took)),
        "us_per_order": round(sum(took) / count * 1e6, 1),
        "us_per_order_first_tenth": round(took[0] / tenth * 1e6, 1),
        "us_per_order_last_tenth": round(took[-1] / tenth * 1e6, 1),
        "checks_per_second": round(tenth / checks),
        "us_per_report": round(passing / count * 1e6, 1),
    }


def measure(count: int = ORDERS) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {}
    for accounts in (10, 10_000):
        made = fold(accounts)
        figures[f"{accounts} accounts"] = _at(made, accounts, count)
    text = orjson.dumps(made.dump())
    back = fold(0)
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
