"""What the simulated clearing house and custodian answer. The same seed and the same instruction give the same answer. Pure.

There is no other randomness and no memory: each draw is a digest of seed, instruction, what is drawn, and the attempt.
"""

from hashlib import sha256

from schemas.enums import SettlementAction, SettlementReason, SettlementSource
from schemas.messages import SettlementAdvice, SettlementInstruction
from schemas.units import ONE

MILLION = 1_000_000
"""Odds are told in millionths."""
_DECIMATION = 10


def clearing_answers(told: SettlementInstruction, now: int) -> list[SettlementAdvice]:
    """Affirms and matches, or finds other terms on the first try; cancels; buys in. Silent about what is not for it."""
    match told.action:
        case SettlementAction.INSTRUCT:
            differs = told.attempt == 1 and _drawn(told, "mismatch")
            matched = (
                _advice(told, now, 2, "mismatched", reason=SettlementReason.TERMS_DIFFER) if differs else _advice(told, now, 2, "matched")
            )
            return [_advice(told, now, 1, "affirmed"), matched]
        case SettlementAction.CANCEL:
            return [_advice(told, now, 1, "cancelled")]
        case SettlementAction.BUY_IN:
            return [_advice(told, now, 1, "bought_in", quantity=told.open_quantity, price=told.price)]
    return []


def custodian_answers(told: SettlementInstruction, now: int) -> list[SettlementAdvice]:
    """Delivers, or a part, or fails; says nothing at all on the first day of what is late."""
    if told.action != SettlementAction.RELEASE or (told.attempt == 1 and _drawn(told, "late")):
        return []
    if _drawn(told, "fail"):
        lacking = SettlementReason.CASH_LACKING if not told.quantity or _roll(told, "reason") % 2 else SettlementReason.SECURITIES_LACKING
        return [_advice(told, now, 1, "failed", reason=lacking)]
    whole = told.open_quantity // ONE
    if whole > 1 and _drawn(told, "partial"):
        some = min(max(whole * (1 + _roll(told, "part") % (_DECIMATION - 1)) // _DECIMATION, 1), whole - 1)
        return [_advice(told, now, 1, "partial", quantity=some * ONE)]
    return [_advice(told, now, 1, "settled", quantity=told.open_quantity)]


def _drawn(told: SettlementInstruction, what: str) -> bool:
    return _roll(told, what) % MILLION < (told.odds or {}).get(what, 0)


def _roll(told: SettlementInstruction, what: str) -> int:
    seed = (told.odds or {}).get("seed", 0)
    return int.from_bytes(sha256(f"{seed}|{told.id}|{what}|{told.attempt}".encode()).digest()[:8])


def _advice(
    told: SettlementInstruction,
    now: int,
    number: int,
    status: str,
    *,
    quantity: int = 0,
    reason: SettlementReason | None = None,
    price: int | None = None,
) -> SettlementAdvice:
    source = SettlementSource.CUSTODIAN if told.action == SettlementAction.RELEASE else SettlementSource.CLEARING
    return SettlementAdvice(
        id=f"{told.id}:{told.action}.{told.attempt}.{number}",
        source=source.value,
        instruction_id=told.id,
        account=told.account,
        symbol=told.symbol,
        attempt=told.attempt,
        status=status,
        quantity=quantity,
        time=now,
        reason=None if reason is None else reason.value,
        price=price,
        penalty_rate=told.penalty_rate,
    )
