"""Fills into journal entries and fees: the one way both are made, live and at a rebuild. Pure. ADR 0014.

Everything a fill is booked with follows from the log up to it and from schedules that were there before it: so does every rebuild.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from reporting.domain import ledger
from reporting.domain.fees import Charge, Schedule, charge, holding, schedules_for, window_volume
from reporting.domain.ledger import Cause, Entry
from schemas.enums import ExecType

_TRADE = ExecType.TRADE.value
DAY = 86_400_000_000
"""Microseconds."""


class Fill(NamedTuple):
    """A fill, or (`correction`) what an earlier fill of `order_id` in `trade_id` is from now on: quantity 0 when it was busted. 1e-8."""

    id: str
    correction: bool
    order_id: str
    trade_id: str
    account: str
    symbol: str
    side: str
    quantity: int
    price: int
    liquidity: str | None
    time: int


class Standing(NamedTuple):
    """How a fill is booked now: its entry, its terms, what it costs, and when it was made."""

    entry: int
    side: str
    quantity: int
    price: int
    liquidity: str | None
    time: int
    charge: Charge


class Fee(NamedTuple):
    """What one record charged: of what takes a fill back, `notional` (1e-16), fee and tax are below zero. `made_at` is the fill's time."""

    id: str
    fill: Fill
    entry: int
    currency: str
    notional: int
    charge: Charge
    made_at: int

    @property
    def day(self) -> int:
        """The day it counts for, by its number since the epoch."""
        return self.made_at // DAY


class Booked(NamedTuple):
    """What one record leaves: an entry and the fee beside it (its lines are in the entry)."""

    entry: Entry
    fee: Fee


Volumes = dict[tuple[str, str], dict[int, int]]
"""Notional by account and currency, and by day (number since the epoch)."""


class Bookkeeper:
    """Books fills in the order of their accounts' numbers. Knows the schedules, what was traded before, how corrected fills stand."""

    def __init__(
        self,
        *,
        schedules: Sequence[Schedule],
        currencies: Mapping[str, str],
        volumes: Volumes,
        standing: dict[tuple[str, str], Standing],
        numbers: Iterator[int],
        remember: Collection[tuple[str, str]] | None = None,
    ) -> None:
        """`remember` names the fills that will be corrected; None: any may be."""
        self._remember = remember
        self._schedules, self._currencies, self._standing, self._numbers = schedules, currencies, standing, numbers
        self._volumes: Volumes = defaultdict(dict, volumes)
        self._fitting: dict[tuple[str, str], list[Schedule]] = {}

    def book(self, fill: Fill) -> list[Booked]:
        """The entries of one record: of a fill one, of a correction one that takes back and, unless it is a bust, one as it is now.

        Raises `KeyError` for an instrument or a fill that was never told of.
        """
        if not fill.correction:
            return [self._posted(fill, Cause.TRADE, fill.liquidity, fill.time)]
        before = self._standing.pop((fill.order_id, fill.trade_id))
        booked = [self._reversed(fill, before)] if before.quantity else []
        if fill.quantity:
            booked.append(self._posted(fill, Cause.CORRECTION, before.liquidity, before.time))
        else:
            self._standing[fill.order_id, fill.trade_id] = before._replace(quantity=0)
        return booked

    def _posted(self, fill: Fill, cause: Cause, liquidity: str | None, made_at: int) -> Booked:
        """As it is: charged by what held, and what had been traded, when the fill was made."""
        currency, day, notional = self._currencies[fill.symbol], made_at // DAY, fill.quantity * fill.price
        days = self._volumes[fill.account, currency]
        schedule = holding(self._schedules_for(fill.account, fill.symbol, currency), made_at)
        volume = window_volume(days, day) if schedule is not None and len(schedule.tiers) > 1 else 0
        cost = charge(schedule, fill.side, liquidity, notional, volume)
        days[day] = days.get(day, 0) + notional
        number = next(self._numbers)
        name = fill.order_id, fill.trade_id
        if self._remember is None or name in self._remember:
            self._standing[name] = Standing(number, fill.side, fill.quantity, fill.price, liquidity, made_at, cost)
        lines = ledger.trade_lines(ledger.Deal(fill.account, fill.symbol, currency, fill.side, fill.quantity, notional))
        lines += ledger.fee_lines(fill.account, currency, cost.fee, cost.tax)
        return Booked(
            Entry(number, cause, fill.id, *_about(fill), lines),
            Fee(fill.id, fill._replace(liquidity=liquidity) if fill.correction else fill, number, currency, notional, cost, made_at),
        )

    def _schedules_for(self, account: str, symbol: str, currency: str) -> list[Schedule]:
        """Looked up once for an account and instrument: a rebuild books millions of fills."""
        key = account, symbol
        if key not in self._fitting:
            self._fitting[key] = schedules_for(self._schedules, account, symbol, currency)
        return self._fitting[key]

    def _reversed(self, fill: Fill, before: Standing) -> Booked:
        currency, day, notional = self._currencies[fill.symbol], before.time // DAY, before.quantity * before.price
        days = self._volumes[fill.account, currency]
        days[day] = days.get(day, 0) - notional
        cost = before.charge
        lines = ledger.trade_lines(ledger.Deal(fill.account, fill.symbol, currency, before.side, before.quantity, notional))
        lines = ledger.reversed_lines(lines + ledger.fee_lines(fill.account, currency, cost.fee, cost.tax))
        number, name = next(self._numbers), f"{fill.id}-R"
        was = fill._replace(quantity=before.quantity, price=before.price, liquidity=before.liquidity)
        taken_back = cost._replace(fee=-cost.fee, tax=-cost.tax)
        return Booked(
            Entry(number, Cause.REVERSAL, name, *_about(fill), lines, before.entry),
            Fee(name, was, number, currency, -notional, taken_back, before.time),
        )


def _about(fill: Fill) -> tuple[str, str, str, str, int]:
    return fill.account, fill.symbol, fill.order_id, fill.trade_id, fill.time
