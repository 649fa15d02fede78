"""The report of orders: the blotter."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from orders.models import Order
from reporting.reports.columns import TERMS, WHOSE
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, period, word
from schemas.enums import OrderStatus, OrderType
from schemas.units import average_of


def _orders(viewer: Viewer) -> QuerySet[Order]:
    return Order.objects.filter(account__in=viewer.accounts)


def _orders_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    for *terms, cum, leaves, notional, client_id, by, source, trade_date, updated_at in rows:
        yield (*terms, cum, leaves, average_of(notional, cum), client_id, by, source, trade_date, updated_at)


BLOTTER = TableReport(
    name="blotter",
    title="Blotter",
    purpose="Every order as it stands, newest first.",
    columns=(
        *(Column("id"), Column("created_at", Kind.TIME), *WHOSE, Column("type"), Column("tif"), *TERMS),
        *(Column("stop_price", Kind.NUMBER), Column("status"), Column("cum_quantity", Kind.NUMBER, help="filled so far")),
        *(Column("leaves_quantity", Kind.NUMBER, help="open still"), Column("avg_price", Kind.NUMBER, help="8 decimals, half-even")),
        *(
            Column("client_order_id"),
            Column("entered_by"),
            Column("source"),
            Column("trade_date", Kind.DATE),
            Column("updated_at", Kind.TIME),
        ),
    ),
    filters=(
        *(ACCOUNT, SYMBOL, SIDE, word("status", tuple(status.value for status in OrderStatus))),
        *(word("type", tuple(kind.value for kind in OrderType)), *period("created_at", "entered")),
    ),
    rows=_orders,
    fields=(
        *("id", "created_at", "account_id", "symbol_id", "side", "type", "tif", "quantity", "price", "stop_price", "status"),
        *(
            "cum_quantity",
            "leaves_quantity",
            "cum_notional",
            "client_order_id",
            "entered_by__username",
            "source",
            "trade_date",
            "updated_at",
        ),
    ),
    told=_orders_told,
)
