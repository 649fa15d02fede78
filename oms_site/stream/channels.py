"""What can be subscribed to: one row a channel. A live channel more is a row here, with selectors for its snapshots and its resume."""

from collections.abc import Callable, Collection, Mapping

from marketdata import selectors as market_selectors
from matching import selectors as matching_selectors
from oms_site.infra.alerts import selectors as alert_selectors
from oms_site.stream import selectors
from oms_site.stream.channel import Channel, Numbered, Scope
from orders import selectors as order_selectors
from reporting import selectors as reporting_selectors


def _quotes(symbols: Collection[str]) -> Mapping[str, Numbered]:
    quotes = {quote["symbol"]: (quote["seq"], quote) for quote in market_selectors.quotes_snapshot(symbols)}
    return {symbol: quotes.get(symbol, (0, None)) for symbol in symbols}


def _books(symbols: Collection[str]) -> Mapping[str, Numbered]:
    return {symbol: (book["seq"], book) for symbol, book in market_selectors.book_snapshots(symbols).items()}


def _each(read: Callable[[str], Numbered]) -> Callable[[Collection[str]], Mapping[str, Numbered]]:
    """Of a channel whose keys have nothing in common."""
    return lambda keys: {key: read(key) for key in keys}


CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Channel("quotes", Scope.SYMBOL, _quotes, selectors.quote_heads),
        Channel("book", Scope.SYMBOL, _books, selectors.book_heads),
        Channel("candles", Scope.BARS, market_selectors.candle_snapshots, market_selectors.candle_heads),
        Channel("trades", Scope.SYMBOL, matching_selectors.trades_snapshots, selectors.trade_heads),
        Channel("orders", Scope.ACCOUNT, _each(order_selectors.orders_snapshot), selectors.order_heads, order_selectors.orders_since),
        Channel(
            "executions", Scope.ACCOUNT, _each(order_selectors.executions_snapshot), selectors.fill_heads, order_selectors.executions_since
        ),
        Channel("positions", Scope.ACCOUNT, _each(reporting_selectors.positions_snapshot), selectors.fill_heads),
        Channel("alerts", Scope.DESK, _each(alert_selectors.alerts_snapshot), alert_selectors.alert_heads, alert_selectors.alerts_since),
    )
}
