"""The report of fills and their corrections."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from orders.models import Execution
from reporting.reports.columns import TERMS, WHOSE, decimal_of
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, equals, period, word
from schemas.enums import ExecType

_FILLS = (ExecType.TRADE.value, ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value)


def _fills(viewer: Viewer) -> QuerySet[Execution]:
    return Execution.objects.filter(account__in=viewer.accounts, fill_seq__isnull=False)


def _fills_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    """As `orders.selectors.fill_object` tells them: of a fill taken back, what it was."""
    for *who, kind, quantity, price, detail, trade, liquidity, seq in rows:
        was = (detail or {}).get("original", {})
        before = (decimal_of(was.get("quantity")), decimal_of(was.get("price")))
        now = before if kind == ExecType.TRADE_CANCEL else (quantity, price)
        yield (*who, kind, *now, *before, trade, liquidity, seq)


EXECUTIONS = TableReport(
    name="executions",
    title="Executions",
    purpose="Fills and their corrections, newest first.",
    columns=(
        *(Column("id"), Column("time", Kind.TIME), Column("order"), *WHOSE, Column("type"), *TERMS),
        *(Column("original_quantity", Kind.NUMBER, help="of a correction: what the fill was"), Column("original_price", Kind.NUMBER)),
        *(Column("trade_id"), Column("liquidity"), Column("seq", Kind.COUNT, help="counts the account's fills and their corrections")),
    ),
    filters=(ACCOUNT, SYMBOL, SIDE, equals("order", "an order's id"), word("type", _FILLS), *period("time", "filled")),
    rows=_fills,
    fields=(
        *("id", "time", "order_id", "account", "symbol", "side", "type", "last_quantity", "last_price", "detail", "trade_id"),
        *("liquidity", "fill_seq"),
    ),
    told=_fills_told,
)
