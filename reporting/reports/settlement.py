"""Reports of what is to be settled, and of what was not settled on its day."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, day, equals, word

_COLUMNS = (
    *(Column("id"), Column("trade_id"), Column("account"), Column("symbol"), Column("side"), Column("quantity", Kind.NUMBER)),
    *(Column("amount", Kind.NUMBER, help="cash in the currency"), Column("currency"), Column("trade_date", Kind.DATE)),
    *(Column("settlement_date", Kind.DATE), Column("status"), Column("revision", Kind.COUNT, help="0 as traded; corrections count from 1")),
    *(Column("reversal", Kind.FLAG, help="takes back what was instructed before"), Column("updated_at", Kind.TIME)),
    *(Column("settled_quantity", Kind.NUMBER), Column("settled_amount", Kind.NUMBER), Column("reason", help="why it has not settled")),
    *(Column("owner", help="who looks after the fail"), Column("penalties", Kind.NUMBER, help="what lateness cost; below zero brought")),
    Column("net_id", help="the instruction it was netted into"),
)
_FIELDS = (
    *("id", "trade_id", "account_id", "symbol_id", "side", "quantity", "amount", "currency", "trade_date", "settlement_date"),
    *("status", "revision", "reversal", "updated_at", "settled_quantity", "settled_amount", "reason", "owner__username"),
    *("penalties", "net_id"),
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
    filters=(*_FILTERS, word("status", tuple(state.value for state in State))),
    rows=_obligations,
    fields=_FIELDS,
)


def _failed(viewer: Viewer) -> QuerySet[SettlementObligation]:
    return _obligations(viewer).filter(status=State.FAILED.value)


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
