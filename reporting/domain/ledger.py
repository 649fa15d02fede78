"""Double entry: where money and securities are booked, and what each kind of event posts. Pure. ADR 0014.

Amounts are integers of 1e-16, of cash and of securities alike (`WIDE` quantities of 1e-8 make one). A balance above zero is what the house
owes the owner, or what the clearing house owes the house; every entry's lines are zero in sum, for each currency and each instrument.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from schemas.enums import Side
from schemas.units import ONE

CLEARING = "@CLEARING"
"""The other side of every trade. No account can be named like an owner with an @."""
FIRM = "@FIRM"
"""The house itself: what it holds for others at its bank and custodian, and the fees it has earned."""
TAX = "@TAX"
"""Whom the taxes on trades are owed to."""
_BUY = Side.BUY.value


class Kind(StrEnum):
    """What a ledger account holds."""

    AVAILABLE = "available"
    RESERVED = "reserved"
    RECEIVABLE = "unsettled_receivable"
    PAYABLE = "unsettled_payable"
    FEES = "fees"
    HOUSE = "house"
    SUSPENSE = "suspense"


class AssetType(StrEnum):
    """What is counted: money or securities."""

    CURRENCY = "currency"
    INSTRUMENT = "instrument"


class Cause(StrEnum):
    """What an entry was posted for. With its id it is unique: the same cause posts once."""

    TRADE = "trade"
    REVERSAL = "reversal"
    CORRECTION = "correction"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    POSITION = "position"
    SETTLEMENT = "settlement"


class Place(NamedTuple):
    """A ledger account."""

    owner: str
    kind: Kind
    asset_type: AssetType
    asset: str


class Line(NamedTuple):
    """So much to one account; `amount` in 1e-16, signed, never 0."""

    place: Place
    amount: int


Lines = tuple[Line, ...]


class Unbalanced(ValueError):
    """Lines that are not zero in sum for some currency or instrument: nothing of them is posted."""


class Entry(NamedTuple):
    """A journal entry. `time` is that of the event, in microseconds; `reverses` the number of the entry it takes back."""

    number: int
    cause: Cause
    cause_id: str
    account: str
    symbol: str
    order_id: str
    trade_id: str
    time: int
    lines: Lines
    reverses: int | None = None


class Deal(NamedTuple):
    """So much of an instrument (1e-8) to (buy) or from an account, for `amount` (1e-16) of a currency."""

    account: str
    symbol: str
    currency: str
    side: str
    quantity: int
    amount: int


class Net(NamedTuple):
    """What moves of an asset to (above zero) or from an account, and what of it was booked on both sides and cancels out (`offset`).

    What takes a trade back was booked under the first trade's kind: its offset is what it moves, below zero.
    """

    amount: int
    offset: int = 0


def booked_kinds(net: Net) -> tuple[int, int]:
    """What of it stands under receivable, and what under payable."""
    return (net.amount + net.offset, -net.offset) if net.amount > 0 else (net.offset, net.amount - net.offset)


def trade_lines(deal: Deal) -> Lines:
    """What a fill makes both sides owe each other. Nothing has moved yet."""
    securities, cash = _signed(deal)
    return _owed(deal.account, AssetType.INSTRUMENT, deal.symbol, securities) + _owed(deal.account, AssetType.CURRENCY, deal.currency, cash)


def settled_lines(deal: Deal, *, reversal: bool = False) -> Lines:
    """Delivery against payment: what was owed has moved. Of a part, the part's numbers.

    A `reversal` delivers a fill back that had been of the other side: what it takes back was booked under that side's kinds.
    """
    securities, cash = _signed(deal)
    taken_back = (-deal.quantity * ONE, -deal.amount) if reversal else (0, 0)
    return delivered_lines(deal.account, deal.symbol, deal.currency, Net(securities, taken_back[0]), Net(cash, taken_back[1]))


def delivered_lines(account: str, symbol: str, currency: str, securities: Net, cash: Net) -> Lines:
    """Both legs at once, in 1e-16: what was owed on either side is available now, and no longer owed."""
    return _without_zeros(_moved(account, AssetType.INSTRUMENT, symbol, securities) + _moved(account, AssetType.CURRENCY, currency, cash))


def fee_lines(account: str, currency: str, fee: int, tax: int) -> Lines:
    """Fee (below zero: a rebate) and tax, at once out of what is available."""
    paid = (Line(Place(account, Kind.AVAILABLE, AssetType.CURRENCY, currency), -(fee + tax)),)
    earned = (Line(Place(FIRM, Kind.FEES, AssetType.CURRENCY, currency), fee),)
    owed = (Line(Place(TAX, Kind.FEES, AssetType.CURRENCY, currency), tax),)
    return _without_zeros(paid + earned + owed)


def deposit_lines(account: str, asset_type: AssetType, asset: str, amount: int) -> Lines:
    """Brought in (below zero: taken out) against what the house holds outside."""
    return _without_zeros(
        (Line(Place(account, Kind.AVAILABLE, asset_type, asset), amount), Line(Place(FIRM, Kind.HOUSE, asset_type, asset), -amount))
    )


def reversed_lines(lines: Lines) -> Lines:
    """What takes these back."""
    return tuple(Line(place, -amount) for place, amount in lines)


def sums(lines: Iterable[Line]) -> dict[tuple[AssetType, str], int]:
    """By asset, without those that are zero."""
    found: dict[tuple[AssetType, str], int] = {}
    for place, amount in lines:
        asset = place[2:]
        found[asset] = found.get(asset, 0) + amount
    return {asset: amount for asset, amount in found.items() if amount}


def require_balanced(entry: Entry) -> None:
    """Raise `Unbalanced` unless the entry has lines, none of them zero, and their sum is zero for every asset."""
    left = sums(entry.lines)
    if left or not entry.lines or not all(amount for _, amount in entry.lines):
        told = ", ".join(f"{asset} {amount}" for (_, asset), amount in sorted(left.items())) or "no lines, or a line of nothing"
        raise Unbalanced(f"{entry.cause} {entry.cause_id}: {told}")


def balances(lines: Iterable[Line], start: Mapping[Place, int] | None = None) -> dict[Place, int]:
    """The fold: each account's sum, from `start` on."""
    found: dict[Place, int] = defaultdict(int, start or {})
    for place, amount in lines:
        found[place] += amount
    return dict(found)


def _signed(deal: Deal) -> tuple[int, int]:
    """Securities and cash as the account gets (above zero) or gives them, 1e-16."""
    sign = 1 if deal.side == _BUY else -1
    return sign * deal.quantity * ONE, -sign * deal.amount


def _owed(account: str, asset_type: AssetType, asset: str, amount: int) -> Lines:
    """The account is to get `amount` (below zero: to give it), clearing is its other side."""
    own, other = (Kind.RECEIVABLE, Kind.PAYABLE) if amount > 0 else (Kind.PAYABLE, Kind.RECEIVABLE)
    return Line(Place(account, own, asset_type, asset), amount), Line(Place(CLEARING, other, asset_type, asset), -amount)


def _moved(account: str, asset_type: AssetType, asset: str, net: Net) -> Lines:
    """What was owed so is available now, on both sides."""
    receivable, payable = booked_kinds(net)
    own = ((Kind.AVAILABLE, net.amount), (Kind.RECEIVABLE, -receivable), (Kind.PAYABLE, -payable))
    other = ((Kind.AVAILABLE, -net.amount), (Kind.PAYABLE, receivable), (Kind.RECEIVABLE, payable))
    return tuple(
        Line(Place(owner, kind, asset_type, asset), amount)
        for owner, kinds in ((account, own), (CLEARING, other))
        for kind, amount in kinds
    )


def _without_zeros(lines: Lines) -> Lines:
    return tuple(line for line in lines if line.amount)
