"""What can be done to a market by hand: for whom, when, what it will do, and the one service that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketdata import services
from marketdata.selectors.markets import MarketNow
from oms_site.infra.rest import decimal_text
from schemas.enums import Phase, TimeInForce

CALLED = frozenset({Phase.PRE_OPEN.value, Phase.AUCTION.value})
OpenOrders = Mapping[str, int]
"""Open orders by time in force."""
_AUCTION_ONLY = (TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketAction:
    """`effects(market, open orders)` says what will happen; `act(**who, symbol, reason, now, kind)` does it and says so."""

    title: str
    button: str
    roles: frozenset[str]
    effects: Callable[[MarketNow, OpenOrders], list[str]]
    act: Callable[..., str]
    offered: Callable[[str], bool] = lambda phase: True
    asks_kind: bool = False


def counted(number: int, noun: str = "open order") -> str:
    """`1 open order`, `12 open orders`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _halt_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    return [
        f"{market.symbol} stops trading at once.",
        f"{counted(sum(orders.values()))} will be suspended: each keeps its place and can only be canceled.",
        "New orders and replaces are rejected.",
        f"It lasts until somebody resumes the market, or until its calendar's next step: {_step(market)}.",
    ]


def _resume_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    if market.target.closes:
        return [f"The calendar has {market.symbol} closed now: it cannot be resumed. It opens by itself: {_step(market)}."]
    auction = f" ({market.target.auction})" if market.target.auction else ""
    return [
        f"{market.symbol} goes back to its calendar: {words(market.target.phase)}{auction}, business date {market.target.trade_date}.",
        f"{counted(sum(orders.values()))} will stand again. Where the market was being called, what meets trades first, at one price.",
    ]


def _auction_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    return [
        f"{market.symbol} collects orders without trading. {counted(sum(orders.values()))} will stay and may be changed or canceled.",
        "Market, IOC, FOK and stop orders are rejected meanwhile.",
        f"It ends when somebody resumes the market, or with its calendar's next step: {_step(market)}.",
        "A volatility auction also ends by itself, after the instrument's pause.",
    ]


def _uncross_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    depth = market.depth
    if depth is None or depth.indicative_price is None:
        return ["Nothing would trade now: no bid reaches an offer."]
    price, quantity = decimal_text(depth.indicative_price), decimal_text(depth.indicative_quantity)
    return [f"By the book as last seen {quantity} would trade at {price}.", "The market goes on collecting."]


def _close_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    expiring = orders.get(TimeInForce.DAY, 0) + sum(orders.get(tif, 0) for tif in _AUCTION_ONLY)
    staying, until = orders.get(TimeInForce.GTC, 0), orders.get(TimeInForce.GTD, 0)
    return [
        f"Business date {market.session_date} ends for {market.symbol}. What an auction has collected does not trade: uncross it first.",
        f"{counted(expiring)} will expire (day, at open, at close), those of a later business date excepted.",
        f"{counted(staying, 'GTC order')} will be done for the day; of {counted(until, 'GTD order')} those whose date has come expire.",
        f"Nothing of {market.session_date} is opened again by the calendar.",
    ]


def _step(market: MarketNow) -> str:
    return f"{words(market.following.phase)} at {market.following.at:%Y-%m-%d %H:%M} UTC"


def words(phase: str) -> str:
    """A phase as people read it."""
    return phase.replace("_", "-")


def _put(phase: Phase) -> Callable[..., str]:
    def act(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str, kind: str | None = None) -> str:
        put = services.phase_change(
            actor=actor, symbol=symbol, phase=phase.value, auction=kind, reason=reason, now=now, request_id=request_id
        )
        return f"{symbol}: {words(phase.value)} was sent." if put.changed else f"{symbol} had been put there before."

    return act


def _resume(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str, kind: str | None = None) -> str:
    put = services.phase_resume(actor=actor, symbol=symbol, reason=reason, now=now, request_id=request_id)
    return f"{symbol}: {words(put.row.phase)} was sent."


def _uncross(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str, kind: str | None = None) -> str:
    services.uncross(actor=actor, symbol=symbol, reason=reason, now=now, request_id=request_id)
    return f"{symbol}: uncross was sent."


ACTIONS: dict[str, MarketAction] = {
    "halt": MarketAction(
        title="Halt a market",
        button="Halt",
        roles=services.HALTING,
        effects=_halt_effects,
        act=_put(Phase.HALTED),
        offered=lambda phase: phase not in {Phase.HALTED.value, Phase.CLOSED.value},
    ),
    "resume": MarketAction(
        title="Resume a market",
        button="Resume",
        roles=services.DESK,
        effects=_resume_effects,
        act=_resume,
        offered=lambda phase: phase != Phase.CONTINUOUS.value,
    ),
    "auction": MarketAction(
        title="Call an auction",
        button="Auction",
        roles=services.DESK,
        effects=_auction_effects,
        act=_put(Phase.AUCTION),
        asks_kind=True,
    ),
    "uncross": MarketAction(
        title="Uncross an auction",
        button="Uncross",
        roles=services.DESK,
        effects=_uncross_effects,
        act=_uncross,
        offered=lambda phase: phase in CALLED,
    ),
    "close": MarketAction(
        title="Close a market",
        button="Close",
        roles=services.DESK,
        effects=_close_effects,
        act=_put(Phase.CLOSED),
        offered=lambda phase: phase != Phase.CLOSED.value,
    ),
}
"""By the word in the page's address. A service decides who may; a button that would be refused is not shown."""
