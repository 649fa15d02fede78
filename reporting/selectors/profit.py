"""Reads of profit and loss: each position with its mark, fees and day, in its own currency and the base; summed by whom one asks for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Sum

from marketdata import selectors as market_selectors
from orders import selectors as order_selectors
from reporting.domain.objects import Mark, wide_units
from reporting.domain.positions import Fill, Holding, unrealised
from reporting.domain.profit import Rate, Today, day_result, fifo, in_base, together
from reporting.models import Position, TradedDay
from reporting.selectors.books import currencies
from reporting.selectors.folds import holding_of, marks, positions_filtered
from reporting.selectors.today import midnight, net_of_day
from risk import selectors as risk_selectors

GROUPS = ("account", "desk", "firm", "instrument")
METHODS = ("average", "fifo")
_SAME = Rate(1, 1, "", "")
_LATEST = 10**18


class Profit(NamedTuple):
    """One position. Amounts in 1e-16 of `currency`, None where a price is missing; `rate` None: there is none into the base currency."""

    account: str
    desk: str
    symbol: str
    currency: str
    quantity: int
    realised: int
    unrealised: int | None
    fees: int
    day: int | None
    mark: Mark | None
    rate: Rate | None

    def base(self, name: str) -> int | None:
        """One of its amounts in the base currency."""
        return in_base(getattr(self, name), self.rate)


class Sums(NamedTuple):
    """Of a group, in 1e-16 of the base currency; None as soon as a price or rate it takes is missing (`missing` names them)."""

    key: str
    positions: int
    realised: int | None
    unrealised: int | None
    fees: int | None
    day: int | None
    missing: tuple[str, ...]


def profits(actor: Any, *, base: str, now: datetime, method: str = "average", account: str | None = None) -> list[Profit]:
    """Every position the actor may see, marked with the newest good quote. `method` fifo reckons the lots from the stored fills."""
    rows = list(positions_filtered(actor, account=account, symbol=None).order_by("account", "symbol"))
    symbols, accounts = {row.symbol_id for row in rows}, {row.account_id for row in rows}
    marked, paid_in = marks(symbols), currencies(symbols)
    fees, today, closes = _fees(accounts), net_of_day(accounts, now), market_selectors.last_closes(symbols, midnight(now))
    desks, rates = risk_selectors.desks_of_accounts(), _rates(base)
    found = []
    for row in rows:
        key, mark, currency = (row.account_id, row.symbol_id), marked.get(row.symbol_id), paid_in[row.symbol_id]
        held = _held(row, method)
        price = None if mark is None else mark.price
        found.append(
            Profit(
                *(row.account_id, desks.get(row.account_id, ""), row.symbol_id, currency, held.quantity, held.realised),
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
    return [
        Sums(
            *(key, len(of)),
            realised=together(row.base("realised") for row in of),
            unrealised=together(row.base("unrealised") for row in of),
            fees=together(row.base("fees") for row in of),
            day=together(row.base("day") for row in of),
            missing=_missing(of),
        )
        for key, of in sorted(groups.items())
    ]


def _missing(rows: Iterable[Profit]) -> tuple[str, ...]:
    prices = {f"price of {row.symbol}" for row in rows if row.unrealised is None}
    closes = {f"last close of {row.symbol}" for row in rows if row.day is None and row.unrealised is not None}
    return tuple(sorted(prices | closes | {f"rate of {row.currency}" for row in rows if row.rate is None}))


def _held(row: Position, method: str) -> Holding:
    held = holding_of(row)
    if method != "fifo":
        return held
    lots = fifo(Fill(*fill) for fill in order_selectors.fills_until(row.account_id, row.symbol_id, _LATEST))
    return held._replace(quantity=lots.quantity, cost=lots.cost, realised=lots.realised)


def _rates(base: str) -> dict[str, Rate]:
    """The rate of each currency into the base."""
    return {first: Rate(*rate) for (first, second), rate in risk_selectors.fx_rates().items() if second == base}


def _fees(accounts: Collection[str]) -> dict[tuple[str, str], int]:
    rows = TradedDay.objects.filter(account__in=accounts).values("account", "symbol").annotate(fee=Sum("fee"), tax=Sum("tax"))
    return {(row["account"], row["symbol"]): wide_units(row["fee"] + row["tax"]) for row in rows}
