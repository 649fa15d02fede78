"""Instructions and words to test with."""

from datetime import date, datetime
from typing import Any

from reporting.domain.settlement.delivery import Terms
from schemas.messages import SettlementAdvice, SettlementInstruction
from schemas.units import ONE

WIDE = 10**16
DUE = date(2026, 11, 25)
ON_TIME = int(datetime.fromisoformat("2026-11-25T18:00:00+00:00").timestamp()) * 1_000_000
DAY = 86_400_000_000


def terms(**changes: Any) -> Terms:
    """ACME-1 buys 100 IBM for 18,000."""
    given: dict[str, Any] = {
        "account": "ACME-1",
        "symbol": "IBM",
        "currency": "USD",
        "side": "buy",
        "quantity": 100 * ONE,
        "amount": 18_000 * WIDE,
        "due": DUE,
        "trade_id": "T1",
    }
    return Terms(**given | changes)


def advice(status: str, quantity: int = 0, **changes: Any) -> SettlementAdvice:
    """A word about it; `quantity` in whole shares."""
    given: dict[str, Any] = {
        "id": f"{status}-{quantity}",
        "source": "custodian",
        "instruction_id": "I1",
        "account": "ACME-1",
        "symbol": "IBM",
        "attempt": 1,
        "status": status,
        "quantity": quantity * ONE,
        "time": ON_TIME,
    }
    return SettlementAdvice(**given | changes)


def instruction(action: str = "release", **changes: Any) -> SettlementInstruction:
    """What the houses are told of it."""
    given: dict[str, Any] = {
        "id": "I1",
        "command_id": 1,
        "action": action,
        "account": "ACME-1",
        "symbol": "IBM",
        "side": "buy",
        "quantity": 100 * ONE,
        "amount": "18000",
        "currency": "USD",
        "trade_date": "2026-11-24",
        "settlement_date": "2026-11-25",
        "attempt": 1,
        "open_quantity": 100 * ONE,
        "time": ON_TIME,
        "trade_id": "T1",
    }
    return SettlementInstruction(**given | changes)
