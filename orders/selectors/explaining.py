"""Gathers what `orders.domain.explain` needs to say of an order, and the limits nearest to it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from marketdata import selectors as market_selectors
from orders.domain.explain import Facts, explain
from orders.models import Execution, Order
from orders.selectors.objects import order_object
from orders.selectors.queue import ahead_of
from risk import selectors as risk_selectors
from risk.domain.rule_use import RuleUse
from schemas.enums import ExecType, Side
from schemas.units import format_units

_LAST_WORDS = {
    ExecType.CANCELED.value: "Canceled",
    ExecType.EXPIRED.value: "Expired",
    ExecType.DONE_FOR_DAY.value: "Done for the day",
    ExecType.SUSPENDED.value: "Suspended",
}
_FILLS = (ExecType.TRADE.value, ExecType.TRADE_CORRECT.value)


def order_explained(order: Order, steps: Sequence[Execution], now: datetime) -> list[str]:
    """Why it was filled, why not yet, its place, its end, and which limit is nearest; `steps` are its whole life in sequence."""
    return [*explain(_facts(order, steps, now)), *_nearest(order, now)]


def _facts(order: Order, steps: Sequence[Execution], now: datetime) -> Facts:
    book = market_selectors.book_snapshot(order.symbol_id, now=now)
    fills = [step for step in steps if step.type in _FILLS and step.last_quantity]
    filled: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        filled[fill.liquidity or ""] += fill.last_quantity or Decimal(0)
    across = book["asks"] if order.side == Side.BUY.value else book["bids"]
    resting = order.working in ("new", "partially_filled")
    return Facts(
        **{name: getattr(order, name) for name in ("side", "type", "tif", "working", "quantity", "cum_quantity", "leaves_quantity")},
        **{name: getattr(order, name) for name in ("price", "stop_price", "triggered", "reject")},
        symbol=order.symbol_id,
        seconds=int((now - order.created_at).total_seconds()),
        average=order_object(order)["avg_price"],
        filled=dict(filled),
        fills=len(fills),
        phase=book["phase"],
        last=None if book["last"] is None else Decimal(book["last"]),
        opposite=Decimal(across[0][0]) if across else None,
        ahead=ahead_of(order, book) if resting else None,
        ending=_ending(steps),
        passed=bool(steps),
    )


def _ending(steps: Sequence[Execution]) -> str:
    last = steps[-1] if steps else None
    if last is None or last.type not in _LAST_WORDS:
        return ""
    why = ": ".join(part for part in ((last.reason or "").replace("_", " "), last.message or "") if part)
    return f"{_LAST_WORDS[last.type]}{f', {why}' if why else ''}."


def _number(units: int) -> str:
    return f"{Decimal(format_units(units)):,f}"


def limits_near(order: Order, now: datetime) -> list[RuleUse]:
    """What the account uses now of each limit that binds such an order, the most pressing first."""
    exposure = next(iter(risk_selectors.exposures_of([order.account_id])), None)
    if exposure is None:
        return []
    uses = risk_selectors.Utilisation(now).rules_of(exposure)
    binding = [use for use in uses if use.limit is not None and use.symbol in ("", order.symbol_id)]
    return sorted(binding, key=lambda use: -(use.percent or 0))


def _nearest(order: Order, now: datetime) -> list[str]:
    for use in limits_near(order, now):
        limit: Any = use.limit
        of = f"{limit.scope} {limit.key}".strip()
        rule = f"{use.rule.value.replace('_', ' ')} {use.symbol}".strip()
        room = f"{_number(use.used)} of {_number(limit.value)} are used, {_number(use.headroom or 0)} are left"
        return [f"The limit that binds first is now {rule} of {of}: {use.percent} %, {room}."]
    return []
