"""Reads of an account's money on a day (UTC): what moved what is available, and what its fills were charged."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from reporting.domain.ledger import Cause

_BALANCES = """
SELECT id, asset, balance FROM reporting_ledgeraccount WHERE owner = %s AND kind = 'available' AND asset_type = 'currency' ORDER BY asset
"""
_MOVED = """
SELECT line.account_id, entry.cause, entry.time >= %s, sum(line.amount)
FROM reporting_journalentry AS entry JOIN reporting_journalline AS line ON line.entry_id = entry.id
WHERE entry.account = %s AND entry.time >= %s AND line.account_id = ANY(%s::bigint[]) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_CHARGED = """
SELECT fee.trade_id, entry.time, fee.symbol, fee.side, fee.quantity, fee.currency, fee.bps, fee.fee, fee.tax
FROM reporting_journalentry AS entry JOIN reporting_fillfee AS fee ON fee.entry = entry.id AND fee.account = entry.account
WHERE entry.account = %s AND entry.time >= %s AND entry.time < %s AND (fee.fee <> 0 OR fee.tax <> 0) ORDER BY entry.id
"""
_FEES = "fees and taxes"
_WORDS = {
    Cause.DEPOSIT.value: "brought in",
    Cause.WITHDRAWAL.value: "taken out",
    Cause.SETTLEMENT.value: "settled",
    **dict.fromkeys((Cause.TRADE.value, Cause.CORRECTION.value, Cause.REVERSAL.value), _FEES),
}
"""What an entry of each cause does to the money that is available: of a fill that is the fee alone, until it is settled."""


class CashDay(NamedTuple):
    """One currency: available at the beginning, what moved it (in words, by amount), available at the end."""

    currency: str
    opening: Decimal
    moves: dict[str, Decimal]
    closing: Decimal


class Charged(NamedTuple):
    """What a record of a fill was charged; below zero it was given back."""

    trade_id: str
    time: datetime
    symbol: str
    side: str
    quantity: Decimal
    currency: str
    bps: Decimal
    fee: Decimal
    tax: Decimal


def cash_of_day(account: str, start: datetime, end: datetime) -> list[CashDay]:
    """By currency, of those anything was ever booked in: the balance as it is, less what was posted for later moments."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, [account])
        balances = {number: (currency, balance) for number, currency, balance in cursor.fetchall()}
        cursor.execute(_MOVED, [end, account, start, list(balances)])
        moved = cursor.fetchall()
    days = []
    for number, (currency, balance) in balances.items():
        closing = balance - sum(amount for of, _, later, amount in moved if of == number and later)
        moves: dict[str, Decimal] = {}
        for of, cause, later, amount in moved:
            if of == number and not later:
                word = _WORDS.get(cause, cause)
                moves[word] = moves.get(word, Decimal(0)) + amount
        days.append(CashDay(currency, closing - sum(moves.values()), moves, closing))
    return days


def charged_of_day(account: str, start: datetime, end: datetime) -> list[Charged]:
    """What was charged and given back within the time, in the order of its entries."""
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [account, start, end])
        return [Charged(*row) for row in cursor.fetchall()]
