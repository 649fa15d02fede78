"""Reads of profit and loss: each position with its mark, fees and day, in its own currency and the base; summed by whom one asks for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet, Sum

from marketdata import selectors as market_selectors
from orders import selectors as order_selectors
from reporting.domain.objects import Mark, wide_units
from reporting.domain.positions import Fill, Holding, unrealised
from reporting.domain.profit import AVERAGE, FIFO, Lots, Rate, Today, day_result, fifo, in_base, together
from reporting.models import CostMethod, Position, TradedDay
from reporting.selectors.books import currencies
from reporting.selectors.folds import holding_of, marks, positions_filtered
from reporting.selectors.today import midnight, net_of_day
from risk import selectors as risk_selectors

GROUPS = ("account", "desk", "firm", "instrument")
BASE = "USD"
"""The currency results are told in where none is asked for."""
_SAME = Rate(1, 1, "", "")
_AHEAD = timedelta(days=1)
"""A matching worker's clock may be ahead of ours."""


class Methods(NamedTuple):
    """By what each account's cost is reckoned: its own word, or the firm's."""

    firm: str
    own: dict[str, str]

    def of(self, account: str) -> str:
        """The account's."""
        return self.own.get(account, self.firm)


class Profit(NamedTuple):
    """One position. Amounts in 1e-16 of `currency`, None where a price is missing; `rate` None: there is none into the base currency."""

    account: str
    desk: str
    symbol: str
    currency: str
    method: str
    quantity: int
    cost: int
    realised: int
    unrealised: int | None
    fees: int
    day: int | None
    mark: Mark | None
    rate: Rate | None

    @property
    def total(self) -> int | None:
        """Since the start, before fees."""
        return together((self.realised, self.unrealised))

    def base(self, name: str) -> int | None:
        """One of its amounts in the base currency."""
        return in_base(getattr(self, name), self.rate)


class Sums(NamedTuple):
    """Of a group, in 1e-16 of the base currency; None as soon as a price or rate it takes is missing (`missing` names them).

    `oldest` is the time of the oldest mark that counts (microseconds), `sources` the feeds of the marks.
    """

    key: str
    positions: int
    realised: int | None
    unrealised: int | None
    total: int | None
    fees: int | None
    day: int | None
    missing: tuple[str, ...]
    oldest: int | None
    sources: tuple[str, ...]


def cost_methods() -> Methods:
    """What is set for the firm and for accounts of their own."""
    told = dict(CostMethod.objects.values_list("account", "method"))
    return Methods(told.pop("", AVERAGE), told)


def cost_methods_visible(actor: Any) -> QuerySet[CostMethod]:
    """The firm's, and those of accounts the actor may see."""
    return CostMethod.objects.filter(account__in=["", *risk_selectors.visible_accounts(actor)])


def profits(actor: Any, *, base: str, now: datetime, method: str | None = None, account: str | None = None) -> list[Profit]:
    """Every position the actor may see, marked with the newest good quote."""
    rows = positions_filtered(actor, account=account, symbol=None).order_by("account", "symbol")
    return profits_of(list(rows), base=base, now=now, method=method)


def profits_of(rows: Collection[Position], *, base: str, now: datetime, method: str | None = None) -> list[Profit]:
    """These positions, in their order. Without `method` each account's own holds; fifo reckons the lots from the stored fills."""
    symbols, accounts = {row.symbol_id for row in rows}, {row.account_id for row in rows}
    marked, paid_in = marks(symbols), currencies(symbols)
    fees, today, closes = _fees(accounts), net_of_day(accounts, now), market_selectors.last_closes(symbols, midnight(now))
    desks, rates, methods = risk_selectors.desks_of_accounts(), _rates(base), cost_methods()
    by = {name: method or methods.of(name) for name in accounts}
    lots = _lots({name for name, own in by.items() if own == FIFO}, now)
    found = []
    for row in rows:
        key, mark, currency = (row.account_id, row.symbol_id), marked.get(row.symbol_id), paid_in[row.symbol_id]
        held = _by_lots(holding_of(row), lots.get(key))
        price = None if mark is None else mark.price
        found.append(
            Profit(
                *(
                    row.account_id,
                    desks.get(row.account_id, ""),
                    row.symbol_id,
                    currency,
                    by[row.account_id],
                    held.quantity,
                    held.cost,
                    held.realised,
                ),
                unrealised(held, price) if price is not None else (0 if held.quantity == 0 else None),
                fees.get(key, 0),
                day_result(held.quantity, price, today.get(key, Today()), closes.get(row.symbol_id)),
                mark,
                _SAME if currency == base else rates.get(currency),
            )
        )
    return found


def summed(rows: Iterable[Profit], by: str) -> list[Sums]:
    """Rows together by account, desk, instrument, or all of the firm."""
    groups: dict[str, list[Profit]] = defaultdict(list)
    for row in rows:
        groups[{"account": row.account, "desk": row.desk or "-", "instrument": row.symbol}.get(by, "firm")].append(row)
    return [_sums(key, of) for key, of in sorted(groups.items())]


def _sums(key: str, rows: Collection[Profit]) -> Sums:
    marked = [row.mark for row in rows if row.quantity and row.mark is not None]
    amounts = {name: together(row.base(name) for row in rows) for name in ("realised", "unrealised", "total", "fees", "day")}
    return Sums(
        key=key,
        positions=len(rows),
        **amounts,
        missing=_missing(rows),
        oldest=min((mark.time for mark in marked), default=None),
        sources=tuple(sorted({mark.source for mark in marked if mark.source})),
    )


def _missing(rows: Iterable[Profit]) -> tuple[str, ...]:
    prices = {f"price of {row.symbol}" for row in rows if row.unrealised is None}
    closes = {f"last close of {row.symbol}" for row in rows if row.day is None and row.unrealised is not None}
    return tuple(sorted(prices | closes | {f"rate of {row.currency}" for row in rows if row.rate is None}))


def _lots(accounts: Collection[str], now: datetime) -> dict[tuple[str, str], Lots]:
    """The lots of these accounts by symbol, of all their fills: one query an account."""
    found = {}
    for account in accounts:
        fetched = order_selectors.fills_before(account, now + _AHEAD, now)
        for symbol, group in groupby(fetched, key=itemgetter(0)):
            found[account, symbol] = fifo(Fill(*row[2:]) for row in group)
    return found


def _by_lots(held: Holding, lots: Lots | None) -> Holding:
    return held if lots is None else held._replace(quantity=lots.quantity, cost=lots.cost, realised=lots.realised)


def _rates(base: str) -> dict[str, Rate]:
    """The rate of each currency into the base."""
    return {first: Rate(*rate) for (first, second), rate in risk_selectors.fx_rates().items() if second == base}


def _fees(accounts: Collection[str]) -> dict[tuple[str, str], int]:
    rows = TradedDay.objects.filter(account__in=accounts).values("account", "symbol").annotate(fee=Sum("fee"), tax=Sum("tax"))
    return {(row["account"], row["symbol"]): wide_units(row["fee"] + row["tax"]) for row in rows}
