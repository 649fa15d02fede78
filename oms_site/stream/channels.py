"""What can be subscribed to: one row a channel. A live channel more is a row here, with selectors for its snapshot and its resume."""

from marketdata import selectors as market_selectors
from matching import selectors as matching_selectors
from oms_site.infra.alerts import selectors as alert_selectors
from oms_site.stream import selectors
from oms_site.stream.channel import Channel, Numbered, Scope
from orders import selectors as order_selectors
from reporting import selectors as reporting_selectors


def _quote(symbol: str) -> Numbered:
    quote = market_selectors.quote_snapshot(symbol)
    return (0, None) if quote is None else (quote["seq"], quote)


def _book(symbol: str) -> Numbered:
    book = market_selectors.book_snapshot(symbol)
    return book["seq"], book


CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (
        Channel("quotes", Scope.SYMBOL, _quote, selectors.quote_heads),
        Channel("book", Scope.SYMBOL, _book, selectors.book_heads),
        Channel("candles", Scope.BARS, market_selectors.candle_snapshot, market_selectors.candle_heads),
        Channel("trades", Scope.SYMBOL, matching_selectors.trades_snapshot, selectors.trade_heads),
        Channel("orders", Scope.ACCOUNT, order_selectors.orders_snapshot, selectors.order_heads, order_selectors.orders_since),
        Channel("executions", Scope.ACCOUNT, order_selectors.executions_snapshot, selectors.fill_heads, order_selectors.executions_since),
        Channel("positions", Scope.ACCOUNT, reporting_selectors.positions_snapshot, selectors.fill_heads),
        Channel("alerts", Scope.DESK, alert_selectors.alerts_snapshot, alert_selectors.alert_heads, alert_selectors.alerts_since),
    )
}
