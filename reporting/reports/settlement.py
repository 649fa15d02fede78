"""Reports of what is to be settled, and of what was not settled on its day."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from reporting.models import SettlementObligation, SettlementStatus
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, day, equals, word

_COLUMNS = (
    *(Column("id"), Column("trade_id"), Column("account"), Column("symbol"), Column("side"), Column("quantity", Kind.NUMBER)),
    *(Column("amount", Kind.NUMBER, help="cash in the currency"), Column("currency"), Column("trade_date", Kind.DATE)),
    *(Column("settlement_date", Kind.DATE), Column("status"), Column("revision", Kind.COUNT, help="0 as traded; corrections count from 1")),
    *(Column("reversal", Kind.FLAG, help="takes back what was instructed before"), Column("updated_at", Kind.TIME)),
)
_FIELDS = (
    *("id", "trade_id", "account_id", "symbol_id", "side", "quantity", "amount", "currency", "trade_date", "settlement_date"),
    *("status", "revision", "reversal", "updated_at"),
)
_FILTERS = (
    *(ACCOUNT, SYMBOL, SIDE, equals("currency", "ISO 4217", longest=3), day("settlement_date", "due on this date")),
    day("trade_date", "traded on this date"),
)


def _obligations(viewer: Viewer) -> QuerySet[SettlementObligation]:
    return SettlementObligation.objects.filter(account__in=viewer.accounts)


SETTLEMENT = TableReport(
    name="settlement",
    title="Settlement",
    purpose="What each account owes and is owed, newest first.",
    columns=_COLUMNS,
    filters=(*_FILTERS, word("status", tuple(SettlementStatus.values))),
    rows=_obligations,
    fields=_FIELDS,
)


def _failed(viewer: Viewer) -> QuerySet[SettlementObligation]:
    return _obligations(viewer).filter(status=SettlementStatus.FAILED)


def _aged(rows: Sequence[Row], viewer: Viewer) -> Iterator[Row]:
    today, due = viewer.now.date(), _FIELDS.index("settlement_date")
    return ((*row, max((today - row[due]).days, 0)) for row in rows)


FAILS = TableReport(
    name="fails",
    title="Fails",
    purpose="What was not settled on its day, and for how many calendar days.",
    columns=(*_COLUMNS, Column("days_late", Kind.COUNT)),
    filters=_FILTERS,
    rows=_failed,
    fields=_FIELDS,
    told=_aged,
)
