"""Rows of the past as lines of COPY: text with tabs between."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from oms_site.seeding.records import PastOrder, PastTrade
from reporting.domain.objects import wide_text
from reporting.domain.positions import Holding
from reporting.domain.settlement import settlement_date
from schemas.ids import log_id
from schemas.units import format_units as _format_units

format_units = lru_cache(maxsize=200_000)(_format_units)
"""The same quantities and prices come again and again."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NULL = "\\N"
_BY_RISK = frozenset({"pending_new", "rejected"})
"""Steps risk tells; the others are matching's, and say so in their id."""
_REJECT = '{"code": "risk_max_notional", "rule": "max_notional", "limit": "1000000", "actual": "1200000", "message": "too large"}'

ORDER = (
    "id, account, symbol, side, type, tif, quantity, price, entered_quantity, entered_price, trade_date, source, status, working, "
    "cum_quantity, leaves_quantity, cum_notional, reject, event_count, request_id, created_at, updated_at, post_only, reduce_only, "
    "self_trade_prevention, triggered, done_for_day, suspended, prior_cum, cancel_requested, cancel_pending, replaces_pending"
)
EXECUTION = (
    "id, account, account_seq, order_id, order_seq, fill_seq, symbol, side, type, status, quantity, price, cum_quantity, leaves_quantity, "
    "cum_notional, last_quantity, last_price, trade_id, liquidity, reason, message, time"
)
TRADE = "id, seq, symbol, quantity, price, buy_order, sell_order, buy_account, sell_account, maker_side, time"
OBLIGATION = (
    "id, trade_id, account, symbol, side, quantity, amount, currency, trade_date, settlement_date, status, revision, reversal, updated_at, "
    "settled_quantity, settled_amount"
)
POSITION = "account, symbol, quantity, cost, realised_pnl, bought_quantity, sold_quantity, seq, updated_at"


def moment(time_us: int) -> datetime:
    """A time in UTC."""
    return _EPOCH + timedelta(microseconds=time_us)


def order_line(order: PastOrder) -> str:
    """Columns as in `ORDER`."""
    cum, working = order.filled, order.status
    leaves = order.quantity if working == "new" else 0
    ended = str(moment(order.fills[-1][3] if order.fills else order.time_us + 2))
    quantity, price, entered = format_units(order.quantity), format_units(order.price), moment(order.time_us)
    reject = _REJECT if working == "rejected" else _NULL
    events = str(2 + len(order.fills) + (working == "canceled"))
    terms = (
        order.id,
        order.account,
        order.symbol,
        order.side,
        "limit",
        "day",
        quantity,
        price,
        quantity,
        price,
        str(entered.date()),
        "rest",
    )
    state = (
        working,
        working,
        format_units(cum),
        format_units(leaves),
        wide_text(cum * order.price),
        reject,
        events,
        "",
        str(entered),
        ended,
    )
    return "\t".join((*terms, *state, "f", "f", "none", "f", "f", "f", "0", "f", "f", "0"))


class _Step(NamedTuple):
    """One step of an order; `fill` is quantity, price, trade and liquidity as text."""

    number: int
    kind: str
    status: str
    time_us: int
    cum: int
    leaves: int
    fill: tuple[str, str, str, str] | None = None
    reason: str = _NULL


class Steps:
    """Lines of executions, each numbered in its account and order as the log would."""

    def __init__(self) -> None:
        self.steps: dict[str, int] = {}
        self.fills: dict[str, int] = {}
        self._made = 0

    def of(self, order: PastOrder) -> Iterator[str]:
        """Columns as in `EXECUTION`."""
        cum, at, total = 0, order.time_us, order.quantity
        yield self._line(order, _Step(1, "pending_new", "pending_new", at, 0, total))
        if order.status == "rejected":
            yield self._line(order, _Step(2, "rejected", "rejected", at + 1, 0, 0, reason="risk_max_notional"))
        else:
            yield self._line(order, _Step(2, "new", "new", at + 1, 0, total))
        for number, (trade, quantity, price, time_us, maker) in enumerate(order.fills, 3):
            cum += quantity
            status = "filled" if cum == total else "partially_filled"
            fill = (format_units(quantity), format_units(price), trade, "maker" if maker else "taker")
            yield self._line(order, _Step(number, "trade", status, time_us, cum, total - cum, fill))
        if order.status == "canceled":
            yield self._line(order, _Step(3, "canceled", "canceled", at + 2, 0, 0))

    def _line(self, order: PastOrder, step: _Step) -> str:
        account = order.account
        self._made += 1
        seq = self.steps[account] = self.steps.get(account, 0) + 1
        fill_seq, fill = _NULL, step.fill
        if fill is not None:
            self.fills[account] = self.fills.get(account, 0) + 1
            fill_seq = str(self.fills[account])
        execution = log_id("E" if step.kind in _BY_RISK else "M", step.time_us, 0, self._made, 0)
        head = (execution, account, str(seq), order.id, str(step.number), fill_seq, order.symbol, order.side, step.kind, step.status)
        counts = (format_units(step.cum), format_units(step.leaves), wide_text(step.cum * order.price))
        terms = (format_units(order.quantity), format_units(order.price), *counts)
        return "\t".join((*head, *terms, *(fill or (_NULL,) * 4), step.reason, _NULL, str(moment(step.time_us))))


def trade_line(trade: PastTrade) -> str:
    """Columns as in `TRADE`."""
    parties = (trade.buy.id, trade.sell.id, trade.buy.account, trade.sell.account, trade.maker_side)
    terms = (trade.id, str(trade.seq), trade.symbol, format_units(trade.quantity), format_units(trade.price))
    return "\t".join((*terms, *parties, str(moment(trade.time_us))))


def obligation_lines(trade: PastTrade, today: date) -> Iterator[str]:
    """Columns as in `OBLIGATION`: all has ended, settled when due, but one in five hundred, which was cancelled, and what is due later."""
    at = moment(trade.time_us)
    due = settlement_date(at.date())
    status = "cancelled" if due > today or trade.seq % 500 == 0 else "settled"
    for order, mark in ((trade.buy, "B"), (trade.sell, "S")):
        terms = (trade.symbol, order.side, format_units(trade.quantity), wide_text(trade.quantity * trade.price), "USD")
        moved = terms[2:4] if status == "settled" else ("0", "0")
        dates = (str(at.date()), str(due), status, "0", "f", str(at), *moved)
        yield "\t".join((f"{trade.id}-{mark}", trade.id, order.account, *terms, *dates))


def position_line(account: str, symbol: str, held: Holding, seq: int, time_us: int) -> str:
    """Columns as in `POSITION`."""
    numbers = (
        format_units(held.quantity),
        wide_text(held.cost),
        wide_text(held.realised),
        format_units(held.bought),
        format_units(held.sold),
    )
    return "\t".join((account, symbol, *numbers, str(seq), str(moment(time_us))))
