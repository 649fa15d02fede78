"""Loads the past by COPY in one transaction: indexes and foreign keys are dropped for it and made again at its end, or nothing happened."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from marketdata.models import Instrument
from oms_site.infra.tracking.context import acting
from oms_site.seeding import lines
from oms_site.seeding.ahead import ahead
from oms_site.seeding.bare import bare
from oms_site.seeding.plan import SYMBOLS, Past, account_code, symbol_code
from oms_site.seeding.records import PastOrder, PastTrade
from reporting.domain.positions import Holding, filled
from risk.models import Account

TABLES = ("orders_order", "orders_execution", "matching_trade", "reporting_settlementobligation")
BATCH = 20_000


def load(past: Past, *, today: date, told: Callable[[int], None]) -> None:
    """All of it, with its accounts (closed) and instruments (delisted). `told` hears how many orders are in."""
    with acting("seed_history", request_id="seed-history"), transaction.atomic():
        _people(past)
        with bare(TABLES):
            for piece in ahead(_pieces(past, today)):
                _copy(piece)
                told(piece.orders)
    with connection.cursor() as cursor:
        for table in (*TABLES, "reporting_position"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    told(past.size.orders)


def _people(past: Past) -> None:
    """No one trades for these accounts, and nothing of it is listed: the running product is not touched by its past."""
    Account.objects.bulk_create(
        [Account(code=account_code(at), name=f"Past account {at}", active=False) for at in range(past.size.accounts)]
    )
    Instrument.objects.bulk_create(
        Instrument(symbol=symbol_code(at), name=f"Past share {at}", reference_price=Decimal(100), tradable=False, delisted=True)
        for at in range(SYMBOLS)
    )


class _Piece(NamedTuple):
    """Lines for a table, and how many orders are in once they are."""

    table: str
    columns: str
    text: str
    orders: int


def _pieces(past: Past, today: date) -> Iterator[_Piece]:
    """Everything there is to load, in batches; touches no database."""
    fold = _Fold(today)
    orders: list[PastOrder] = []
    trades: list[PastTrade] = []
    for some, met in past.groups():
        orders += some
        trades += met
        if len(orders) >= BATCH:
            yield from fold.write(orders, trades)
            orders, trades = [], []
    yield from fold.write(orders, trades)
    yield from fold.finish(past.size.end_us)


class _Fold:
    """Makes lines of batches, and keeps what follows from them: numbers by account, positions."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._steps = lines.Steps()
        self._held: dict[tuple[str, str], Holding] = {}
        self._seqs: dict[tuple[str, str], int] = {}
        self._orders = 0

    def write(self, orders: list[PastOrder], trades: list[PastTrade]) -> Iterator[_Piece]:
        """A batch for four tables."""
        yield self._piece("orders_order", lines.ORDER, map(lines.order_line, orders))
        yield self._piece("orders_execution", lines.EXECUTION, (line for order in orders for line in self._steps.of(order)))
        yield self._piece("matching_trade", lines.TRADE, map(lines.trade_line, trades))
        owed = (line for trade in trades for line in lines.obligation_lines(trade, self._today))
        self._orders += len(orders)
        yield self._piece("reporting_settlementobligation", lines.OBLIGATION, owed)
        for order in orders:
            key = (order.account, order.symbol)
            for _, quantity, price, _, _ in order.fills:
                self._held[key] = filled(self._held.get(key, Holding()), order.side, quantity, price)
                self._seqs[key] = self._steps.fills[order.account]

    def finish(self, time_us: int) -> Iterator[_Piece]:
        """Positions, and how far each account has come."""
        held = (lines.position_line(*key, held, self._seqs[key], time_us) for key, held in self._held.items())
        yield self._piece("reporting_position", lines.POSITION, held)
        streams = (f"{account}\t{seq}\t{self._steps.fills.get(account, 0)}" for account, seq in self._steps.steps.items())
        yield self._piece("orders_accountstream", "account, account_seq, fill_seq", streams)

    def _piece(self, table: str, columns: str, rows: Iterable[str]) -> _Piece:
        return _Piece(table, columns, "".join(f"{row}\n" for row in rows), self._orders)


def _copy(piece: _Piece) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # says who acts: COPY itself does not pass where that is said
        with cursor.copy(f"COPY {piece.table} ({piece.columns}) FROM STDIN") as copy:
            copy.write(piece.text)
