"""What the system tells, as values: quantities and prices are `Decimal`, times are aware `datetime`s. Other fields are left out."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

R = TypeVar("R")

_READ: dict[Any, Callable[[Any], Any]] = {Decimal: Decimal, datetime: datetime.fromisoformat, date: date.fromisoformat}
"""How text becomes a value of a type; everything else stays as JSON had it."""


@cache
def _readers(record: Any) -> dict[str, Callable[[Any], Any] | None]:
    hints = get_type_hints(record)
    found = {}
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        if get_origin(hint) in {Union, types.UnionType}:
            hint = next(one for one in get_args(hint) if one is not type(None))
        found[field.name] = _READ.get(hint)
    return found


def read(record: type[R], told: Mapping[str, Any]) -> R:
    """A record from a JSON object. Raises `KeyError` when a field is missing."""
    values = {}
    for name, reader in _readers(cast("Any", record)).items():
        value = told[name]
        values[name] = value if value is None or reader is None else reader(value)
    return record(**values)


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest quote of a symbol; `age_ms` and `stale` are as of the moment it was told."""

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    last: Decimal | None
    last_size: Decimal | None
    quality: str
    source: str
    seq: int
    time: datetime
    age_ms: int
    stale: bool


@dataclass(frozen=True, slots=True)
class Order:
    """An order as of one version of it."""

    id: str
    client_order_id: str | None
    account: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    status: str
    cum_quantity: Decimal
    leaves_quantity: Decimal
    avg_price: Decimal | None
    reject: dict[str, Any] | None
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Execution:
    """A fill, or the correction of one; `seq` counts the account's fills from 1."""

    id: str
    order: str
    account: str
    symbol: str
    side: str
    type: str
    quantity: Decimal
    price: Decimal
    trade_id: str | None
    seq: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """What an account holds of a symbol; what depends on a mark is None without one."""

    account: str
    symbol: str
    quantity: Decimal
    avg_cost: Decimal | None
    realised_pnl: Decimal
    unrealised_pnl: Decimal | None
    mark_price: Decimal | None
    market_value: Decimal | None
    seq: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """A match, as everyone may see it."""

    id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    time: datetime


@dataclass(frozen=True, slots=True)
class Candle:
    """The prints of a symbol in one stretch of time from `start` on; `version` rises with each change of it."""

    symbol: str
    interval: str
    start: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    vwap: Decimal | None
    trades: int
    version: int
    updated_at: datetime
