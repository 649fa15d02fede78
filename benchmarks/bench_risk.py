"""The risk fold alone, in this process: `python -m benchmarks.bench_risk [ORDERS]`.

Every check on and asked for (described accounts, credit, locates, volumes, repeats): the checks alone, then orders with messages and
decisions built and metrics counted, at few and many accounts, with nothing open and with everything; reports passed on, and the recovery of
that state. Processor time, garbage collected between the measurements as the workers do between their batches.
"""

import gc
import hashlib
import json
import sys
import time
import zlib
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
from schemas.topics import EXECUTIONS
from schemas.units import ONE

ORDERS = 100_000
NOW = 1_790_000_000_000_000
BID, ASK = 100 * ONE, 101 * ONE
SPACING = 50
"""Microseconds between two orders: as they come at 20,000 a second."""
WIDE = dict.fromkeys(Rule, 10**9 * ONE) | {Rule.REPEAT_WINDOW: 10 * ONE, Rule.DISCONNECT_GRACE: 3_600 * ONE}


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


def _at(made: RiskFold, accounts: int, count: int) -> tuple[dict[str, Any], list[Delivery]]:
    """Figures with so many accounts, and the partition's log: commands, and the records that answered them."""
    deliveries = orders(count, accounts)
    tenth = count // 10
    fresh = orders(count + tenth, accounts)[count:]
    first = _checks(made, fresh)
    outputs: list[Output] = []
    parts = [deliveries[start : start + tenth] for start in range(0, count, tenth)]
    took = [seconds(lambda part=part: outputs.extend(_run(made, part))) for part in parts]
    refused = sum(output.message.type == ExecType.REJECTED for output in outputs if isinstance(output.message, Execution))
    assert not refused, f"{refused} orders were refused"
    reports = _reports(outputs)
    last = _checks(made, fresh)
    told: list[Output] = []
    passing = seconds(lambda: told.extend(_run(made, reports)))
    records = [output.message for output in (*outputs, *told) if output.topic == EXECUTIONS.name]
    figures = {
        "orders_per_second": round(count / sum(took)),
        "us_per_order": round(sum(took) / count * 1e6, 1),
        "us_per_order_first_tenth": round(took[0] / tenth * 1e6, 1),
        "us_per_order_last_tenth": round(took[-1] / tenth * 1e6, 1),
        "checks_per_second_nothing_open": round(tenth / first),
        "checks_per_second": round(tenth / last),
        "us_per_report": round(passing / count * 1e6, 1),
    }
    return figures, deliveries + [Delivery(Position(EXECUTIONS.name, 0, place), record, NOW) for place, record in enumerate(records)]


def _checks(made: RiskFold, fresh: list[Delivery]) -> float:
    """Seconds to judge these orders, best of three: all pass."""
    passed: list[int] = []
    took = [seconds(lambda: passed.append(_judge(made, fresh))) for _ in range(3)]
    assert passed == [len(fresh)] * 3
    return min(took)


def _recovery(made: RiskFold, log: list[Delivery], accounts: int) -> dict[str, Any]:
    """The steps of a snapshot and of coming back from it, and from the log alone; all end in the same state."""
    kept: list[bytes] = []

    def save() -> None:
        plain = orjson.dumps(made.dump())
        kept.append(zlib.compress(plain, 1))
        kept.append(hashlib.sha256(plain).digest() + hashlib.sha256(kept[0]).digest())

    back, again = fold(0), fold(accounts)
    figures = {
        "open_orders": sum(len(account.orders) for account in made.accounts.values()),
        "save_ms": round(seconds(save) * 1e3),
        "restore_ms": round(seconds(lambda: back.restore(json.loads(zlib.decompress(kept[0])))) * 1e3),
        "log_records": len(log),
        "log_ms": round(seconds(lambda: [again.recover(delivery) for delivery in log]) * 1e3),
        "mib": round(len(kept[0]) / 2**20, 1),
    }
    assert back.dump() == made.dump()
    assert all(again.accounts[code].orders == account.orders for code, account in made.accounts.items() if account.orders)
    return figures


def measure(count: int = ORDERS) -> dict[str, Any]:
    """All figures."""
    figures: dict[str, Any] = {"load_before": machine.load()}
    for accounts in (10, 10_000):
        made = fold(accounts)
        figures[f"{accounts} accounts"], log = _at(made, accounts, count)
    figures["recovery"] = _recovery(made, log, accounts)
    return figures | {"load_after": machine.load()}


def rows(figures: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What, measured, wanted."""
    few, many = (figures[f"{accounts} accounts"] for accounts in (10, 10_000))
    back = figures["recovery"]
    opened = f"{back['open_orders']:,} open orders"
    grown = max(made["checks_per_second_nothing_open"] / made["checks_per_second"] for made in (few, many))
    both = [" / ".join(f"{made[name]:,}" for made in (few, many)) for name in ("checks_per_second", "orders_per_second")]
    return [
        (f"checks alone, all rules on, {opened}, 10 accounts / 10,000", f"{both[0]} orders/s", "20,000 orders/s or more"),
        ("the same, cost with 10,000 accounts / with 10", f"{few['checks_per_second'] / many['checks_per_second']:.2f}", "flat"),
        (f"the same, cost with {opened} / with none", f"{grown:.2f}", "flat"),
        ("an order judged, numbered, counted and passed on, 10 accounts / 10,000", f"{both[1]} orders/s", ""),
        (f"a snapshot of {opened} pauses", f"{back['save_ms']} ms", ""),
        ("they are back from it after", f"{back['restore_ms']:,} ms", "5,000 ms or less"),
        (f"they are back from the log alone ({back['log_records']:,} records) after", f"{back['log_ms']:,} ms", "5,000 ms or less"),
    ]


if __name__ == "__main__":
    print(json.dumps(machine.keep("risk", measure(int(sys.argv[1]) if sys.argv[1:] else ORDERS)), indent=2))
