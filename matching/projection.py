"""Trades from the log into PostgreSQL, and out to the browsers."""

from collections.abc import Sequence
from functools import partial

from matching import services
from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Frame, Handler
from oms_site.infra.rest.rendering import dumps
from schemas.messages import Trade
from schemas.topics import TRADES
from schemas.units import format_units

CHANNEL = "trades"


class NotATrade(TypeError):
    """A record of another kind on the topic of trades."""


def trades_project(deliveries: Sequence[Delivery], now: int) -> list[Frame]:
    """Store a batch of trades; a frame for each. Raises `NotATrade`, or `IntegrityError` from the service."""
    trades = [_trade(delivery) for delivery in deliveries]
    services.trades_record(trades=trades)
    metrics.TRADES.inc(len(trades))
    return [Frame(CHANNEL, trade.symbol, trade.seq, "update", partial(_text, trade)) for trade in trades]


def _text(trade: Trade) -> bytes:
    return dumps(public_trade(trade))


def public_trade(trade: Trade) -> dict[str, str | None]:
    """What everyone may know of a trade: the REST object with both orders null."""
    return {
        "id": trade.id,
        "symbol": trade.symbol,
        "quantity": format_units(trade.quantity),
        "price": format_units(trade.price),
        "buy_order": None,
        "sell_order": None,
        "time": services.moment(trade.time).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }


def _trade(delivery: Delivery) -> Trade:
    if not isinstance(delivery.message, Trade):
        raise NotATrade(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


HANDLERS: dict[str, tuple[Handler, ...]] = {TRADES.name: (trades_project,)}
