"""Many obligations of one account, instrument, currency and date become one instruction. Pure."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from reporting.domain.ledger import Net, booked_kinds
from reporting.domain.settlement.delivery import Terms
from schemas.enums import Side


def netted(members: Iterable[Terms]) -> Terms:
    """The one instruction that moves what all of them together would: on every ledger account, to the last digit.

    Raises `ValueError` for none, or for members that differ in account, instrument, currency or date.
    """
    rows = list(members)
    first = rows[0] if rows else None
    if first is None or any(_key(one) != _key(first) for one in rows):
        raise ValueError("members: obligations of one account, instrument, currency and date are netted")
    securities, cash = _sum(_securities(one) for one in rows), _sum(_cash(one) for one in rows)
    buys = securities.amount >= 0
    return first._replace(
        side=(Side.BUY if buys else Side.SELL).value,
        quantity=abs(securities.amount),
        amount=-cash.amount if buys else cash.amount,
        offset_quantity=securities.offset,
        offset_amount=cash.offset,
        trade_id="",
    )


def net_id(due: date, members: Iterable[str]) -> str:
    """The id of a net instruction: of its date and of exactly these obligations."""
    return f"N{due:%Y%m%d}-{sha256('|'.join(sorted(members)).encode()).hexdigest()[:16].upper()}"


def _key(one: Terms) -> tuple[str, str, str, date]:
    return one.account, one.symbol, one.currency, one.due


def _securities(one: Terms) -> Net:
    return Net(one.quantity if one.side == Side.BUY else -one.quantity, one.offset_quantity)


def _cash(one: Terms) -> Net:
    return Net(-one.amount if one.side == Side.BUY else one.amount, one.offset_amount)


def _sum(nets: Iterable[Net]) -> Net:
    receivable = payable = 0
    for one in nets:
        more_receivable, more_payable = booked_kinds(one)
        receivable, payable = receivable + more_receivable, payable + more_payable
    amount = receivable + payable
    return Net(amount, -payable if amount > 0 else receivable)
