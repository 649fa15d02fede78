"""The buttons of an instrument's life: suspend, reinstate, delist, relist."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from marketdata import services
from marketdata.admin.actions import MarketAction, OpenOrders, counted
from marketdata.selectors.markets import MarketNow


def _step(step: str, done: str) -> Callable[..., str]:
    def act(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str, kind: str | None = None) -> str:
        services.listing_change(actor=actor, symbol=symbol, step=step, reason=reason, now=now, request_id=request_id)
        return f"{symbol} {done}."

    return act


def _suspend_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    return [
        f"New orders and replaces in {market.symbol} are rejected; cancels pass.",
        f"{counted(sum(orders.values()))} will stay. The house withdraws its own.",
        "It lasts until somebody reinstates the instrument.",
    ]


def _delist_effects(market: MarketNow, orders: OpenOrders) -> list[str]:
    number = sum(orders.values())
    if number:
        return [f"{counted(number)} in {market.symbol}: it cannot be delisted. Cancel them first."]
    return [f"No feed may tell {market.symbol} any more, and nobody may trade it.", "What was traded stays; it can be relisted."]


LISTING: dict[str, MarketAction] = {
    "suspend": MarketAction(
        title="Suspend an instrument",
        button="Suspend",
        roles=services.DESK,
        effects=_suspend_effects,
        act=_step("suspend", "is suspended"),
    ),
    "reinstate": MarketAction(
        title="Reinstate an instrument",
        button="Reinstate",
        roles=services.DESK,
        effects=lambda market, orders: [f"Orders in {market.symbol} are taken again."],
        act=_step("reinstate", "may be traded again"),
    ),
    "delist": MarketAction(
        title="Delist an instrument",
        button="Delist",
        roles=services.DESK,
        effects=_delist_effects,
        act=_step("delist", "is delisted"),
    ),
    "relist": MarketAction(
        title="Relist an instrument",
        button="Relist",
        roles=services.DESK,
        effects=lambda market, orders: [f"Feeds may tell {market.symbol} again. It stays suspended until it is reinstated."],
        act=_step("relist", "is listed again, suspended"),
    ),
}
"""By the word in the page's address; each is offered where `services.STEPS` has it begin."""
