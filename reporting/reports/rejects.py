"""The report of what was refused."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from orders.models import Execution
from reporting.reports.columns import TERMS, WHOSE, decimal_of
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, equals, period, word
from schemas.enums import ExecType

_REJECTS = (ExecType.REJECTED.value, ExecType.CANCEL_REJECTED.value, ExecType.REPLACE_REJECTED.value)


def _rejects(viewer: Viewer) -> QuerySet[Execution]:
    return Execution.objects.filter(account__in=viewer.accounts, type__in=_REJECTS)


def _rejects_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    """With rule, limit and actual of orders that risk refused."""
    for *step, kind, quantity, price, reason, message, reject in rows:
        why = (reject or {}) if kind == ExecType.REJECTED else {}
        yield (*step, kind, quantity, price, reason, why.get("rule"), decimal_of(why.get("limit")), decimal_of(why.get("actual")), message)


REJECTS = TableReport(
    name="rejects",
    title="Rejects",
    purpose="What was refused, orders, cancels and replaces, and which rule refused it, newest first.",
    columns=(
        *(Column("id"), Column("time", Kind.TIME), Column("order"), *WHOSE, Column("type"), *TERMS, Column("reason")),
        *(Column("rule"), Column("limit", Kind.NUMBER), Column("actual", Kind.NUMBER), Column("message")),
    ),
    filters=(ACCOUNT, SYMBOL, SIDE, word("type", _REJECTS), equals("reason", "a refusal's code"), *period("time", "refused")),
    rows=_rejects,
    fields=(
        *("id", "time", "order_id", "account", "symbol", "side", "type", "quantity", "price", "reason", "message"),
        "order__reject",
    ),
    told=_rejects_told,
    by="time",
)
