"""The copy against the tables, as of one moment at which both have read the same records: no difference is one of time.

`COMPARISONS` is what there is to compare; another table that follows from the log is a function more there.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from orders.domain.state import OPEN
from reporting.services.drop_copy.difference import Difference

SLICE = 20_000
"""Closed orders compared in one look, in turn."""
_NONE = "none"


class Subject(NamedTuple):
    """What this look compares beside everything open: orders the new records, or breaks, were about; a slice of the closed ones."""

    touched: Collection[str]
    after: str
    upto: str | None
    trades: Mapping[int, int]
    """Next offset of `trades` that the tables have, by partition."""


_WANTED = """
WITH wanted AS (
    SELECT unnest(%(touched)s::text[]) AS id
    UNION SELECT id FROM reporting_copiedorder WHERE leaves_quantity > 0
    UNION SELECT id FROM orders_order WHERE working = ANY(%(open)s::text[]) AND event_count > 0
    UNION SELECT id FROM reporting_copiedorder WHERE id > %(after)s AND (%(upto)s::text IS NULL OR id <= %(upto)s)
    UNION SELECT id FROM orders_order WHERE id > %(after)s AND (%(upto)s::text IS NULL OR id <= %(upto)s) AND event_count > 0
)
"""
_ORDERS = f"""
{_WANTED}
SELECT coalesce(copy.account, held.account), wanted.id, coalesce(copy.seq, 0),
    copy.steps, held.event_count, copy.quantity, held.quantity, copy.price, held.price, copy.cum_quantity, held.cum_quantity,
    copy.leaves_quantity, held.leaves_quantity, copy.cum_notional, held.cum_notional
FROM wanted LEFT JOIN reporting_copiedorder AS copy ON copy.id = wanted.id
LEFT JOIN orders_order AS held ON held.id = wanted.id AND held.event_count > 0
WHERE (copy.steps, copy.account, copy.symbol, copy.quantity, copy.price, copy.cum_quantity, copy.leaves_quantity, copy.cum_notional)
    IS DISTINCT FROM (held.event_count, held.account, held.symbol, held.quantity, held.price, held.cum_quantity, held.leaves_quantity,
    held.cum_notional)
ORDER BY wanted.id LIMIT 1000
"""  # noqa: S608 - constants
_COUNT = f"{_WANTED} SELECT count(*) FROM wanted"  # noqa: S608 - constants
_FIELDS = ("event_count", "quantity", "price", "cum_quantity", "leaves_quantity", "cum_notional")

_POSITIONS = """
SELECT coalesce(copy.account, held.account), coalesce(copy.symbol, held.symbol), coalesce(account.seq, 0), copy.quantity, held.quantity
FROM reporting_copiedposition AS copy FULL JOIN reporting_position AS held ON held.account = copy.account AND held.symbol = copy.symbol
LEFT JOIN reporting_copiedaccount AS account ON account.account = coalesce(copy.account, held.account)
WHERE coalesce(copy.quantity, 0) <> coalesce(held.quantity, 0) ORDER BY 1, 2 LIMIT 1000
"""
_SECURITIES = """
WITH booked AS (
    SELECT owner AS account, asset AS symbol, sum(balance) AS quantity FROM reporting_ledgeraccount
    WHERE asset_type = 'instrument' AND left(owner, 1) <> '@' GROUP BY owner, asset
), told AS (
    SELECT account, symbol, sum(quantity) AS quantity FROM (
        SELECT account, symbol, quantity FROM reporting_copiedposition
        UNION ALL SELECT split_part(key, '/', 1), substr(key, strpos(key, '/') + 1), value FROM risk_setting
            WHERE scope = 'position' AND value IS NOT NULL
    ) AS parts GROUP BY account, symbol
)
SELECT account, symbol, coalesce(copy.seq, 0), coalesce(told.quantity, 0), coalesce(booked.quantity, 0)
FROM told FULL JOIN booked USING (account, symbol) LEFT JOIN reporting_copiedaccount AS copy USING (account)
WHERE coalesce(told.quantity, 0) <> coalesce(booked.quantity, 0) ORDER BY 1, 2 LIMIT 1000
"""
_CASH = """
WITH booked AS (
    SELECT owner AS account, asset AS currency, sum(balance) AS amount FROM reporting_ledgeraccount
    WHERE asset_type = 'currency' AND left(owner, 1) <> '@' GROUP BY owner, asset
), told AS (
    SELECT account, currency, sum(amount) AS amount FROM (
        SELECT copy.account, instrument.currency, copy.cash AS amount
            FROM reporting_copiedposition AS copy JOIN marketdata_instrument AS instrument ON instrument.symbol = copy.symbol
        UNION ALL SELECT account, currency, -(fee + tax) FROM reporting_tradedday
        UNION ALL SELECT held.account, held.currency, -(step.penalty + step.compensation) FROM reporting_settlementstep AS step
            JOIN reporting_settlementobligation AS held ON held.id = step.instruction_id
            WHERE step.penalty <> 0 OR step.compensation <> 0
        UNION ALL SELECT split_part(key, '/', 1), substr(key, strpos(key, '/') + 1), value FROM risk_setting
            WHERE scope = 'cash' AND value IS NOT NULL
    ) AS parts GROUP BY account, currency
)
SELECT account, currency, coalesce(copy.seq, 0), coalesce(told.amount, 0), coalesce(booked.amount, 0)
FROM told FULL JOIN booked USING (account, currency) LEFT JOIN reporting_copiedaccount AS copy USING (account)
WHERE coalesce(told.amount, 0) <> coalesce(booked.amount, 0) ORDER BY 1, 2 LIMIT 1000
"""
_UNBALANCED = """
SELECT asset, sum(balance) FROM reporting_ledgeraccount GROUP BY asset_type, asset HAVING sum(balance) <> 0 ORDER BY 1 LIMIT 1000
"""
_ACCOUNTS = """
SELECT coalesce(copy.account, held.account), coalesce(copy.seq, 0), coalesce(held.account_seq, 0)
FROM reporting_copiedaccount AS copy FULL JOIN orders_accountstream AS held ON held.account = copy.account
WHERE coalesce(copy.seq, 0) <> coalesce(held.account_seq, 0) ORDER BY 1 LIMIT 1000
"""
_READ = """
UPDATE reporting_copiedtrade AS copy SET agreed = true
FROM unnest(%s::smallint[], %s::bigint[]) AS at (p, o), matching_trade AS held
WHERE NOT copy.agreed AND copy."partition" = at.p AND copy."offset" < at.o AND held.id = copy.id
    AND (held.symbol, held.quantity, held.price, held.buy_order, held.sell_order)
    = (copy.symbol, copy.quantity, copy.price, copy.buy_order, copy.sell_order)
"""
_DONE = "DELETE FROM reporting_copiedtrade WHERE agreed AND buy_seen AND sell_seen"
_TRADES = """
SELECT copy.id, copy.symbol, copy.quantity, copy.price, held.id IS NULL, held.symbol, held.quantity, held.price
FROM reporting_copiedtrade AS copy
JOIN unnest(%s::smallint[], %s::bigint[]) AS at (p, o) ON copy."partition" = at.p AND copy."offset" < at.o
LEFT JOIN matching_trade AS held ON held.id = copy.id WHERE NOT copy.agreed ORDER BY copy.id LIMIT 1000
"""


def orders_compare(subject: Subject) -> Iterator[Difference]:
    """Orders: how many records, the terms as they stand, what is filled and open, and for how much."""
    for account, order, seq, *pairs in _rows(_ORDERS, _named(subject)):
        both = dict(zip(_FIELDS, zip(pairs[::2], pairs[1::2], strict=True), strict=True))
        different = {field: values for field, values in both.items() if values[0] != values[1]}
        if both["event_count"][0] is None or both["event_count"][1] is None:
            different = {"event_count": both["event_count"]}  # on one side only
        for field, (expected, actual) in (different or {"account, symbol": ("as told", "another")}).items():
            yield Difference("order", account, order, field, _text(expected), _text(actual), seq)


def positions_compare(subject: Subject) -> Iterator[Difference]:
    """Positions: the quantity."""
    for account, symbol, seq, expected, actual in _rows(_POSITIONS):
        yield Difference("position", account, symbol, "quantity", _text(expected or Decimal(0)), _text(actual or Decimal(0)), seq)


def ledger_compare(subject: Subject) -> Iterator[Difference]:
    """The books: each account's securities and cash, settled or not, against what the log and what was put in say; each asset zero in sum.

    Of cash, what fills and lateness were charged is taken from where it was reckoned: the log has no fees.
    """
    for field, statement in (("securities", _SECURITIES), ("cash", _CASH)):
        for account, asset, seq, expected, actual in _rows(statement):
            yield Difference("ledger", account, asset, field, _text(expected), _text(actual), seq)
    for asset, total in _rows(_UNBALANCED):
        yield Difference("ledger", "", asset, "sum", "0", _text(total), 0)


def accounts_compare(subject: Subject) -> Iterator[Difference]:
    """How far each account's history goes."""
    for account, expected, actual in _rows(_ACCOUNTS):
        yield Difference("account", account, account, "account_seq", str(expected), str(actual), expected)


def trades_compare(subject: Subject) -> Iterator[Difference]:
    """Trades printed, each until its row agrees."""
    at = [list(subject.trades.keys()), list(subject.trades.values())]
    with connection.cursor() as cursor:
        cursor.execute(_READ, at)
        cursor.execute(_DONE)
    for trade, symbol, quantity, price, missing, *row in _rows(_TRADES, at):
        actual = "no row" if missing else " ".join(map(_text, row))
        yield Difference("trade", "", trade, "row", " ".join(map(_text, (symbol, quantity, price))), actual, 0)


COMPARISONS: tuple[Callable[[Subject], Iterator[Difference]], ...] = (
    orders_compare,
    positions_compare,
    ledger_compare,
    accounts_compare,
    trades_compare,
)


def orders_count(subject: Subject) -> int:
    """How many orders a look compares."""
    return int(_rows(_COUNT, _named(subject))[0][0])


def slice_end(after: str) -> str | None:
    """Where the slice of closed orders that begins after an order ends; None: with the last order."""
    found = _rows("SELECT id FROM reporting_copiedorder WHERE id > %s ORDER BY id OFFSET %s LIMIT 1", [after, SLICE - 1])
    return found[0][0] if found else None


def _named(subject: Subject) -> dict[str, Any]:
    return {"touched": list(subject.touched), "open": list(OPEN), "after": subject.after, "upto": subject.upto}


def _rows(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _text(value: Any) -> str:
    if value is None:
        return _NONE
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
