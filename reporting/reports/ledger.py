"""Reports of the books: cash by account, journal entries line by line, what fills were charged."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet, Sum

from reporting.domain.ledger import AssetType, Cause
from reporting.domain.ledger import Kind as LedgerKind
from reporting.models import FillFee, JournalEntry, JournalLine, LedgerAccount
from reporting.reports.columns import TERMS, WHOSE
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import ACCOUNT, SIDE, SYMBOL, equals, period, word
from risk import selectors as risk_selectors
from risk.domain.roles import SEES_ALL

_CURRENCY = equals("currency", "ISO 4217", longest=3)


def _cash(viewer: Viewer) -> QuerySet[LedgerAccount]:
    return LedgerAccount.objects.filter(owner__in=viewer.accounts, asset_type=AssetType.CURRENCY)


CASH = TableReport(
    name="cash",
    title="Cash",
    purpose="What each account has of each currency, by kind of ledger account.",
    columns=(Column("account"), Column("kind"), Column("currency"), Column("balance", Kind.NUMBER, help="above zero: owed to the account")),
    filters=(
        equals("account", ACCOUNT.help, field="owner"),
        word("kind", tuple(kind.value for kind in LedgerKind)),
        equals("currency", "ISO 4217", field="asset", longest=3),
    ),
    rows=_cash,
    fields=("owner", "kind", "asset", "balance"),
    descending=False,
)


def _entries(viewer: Viewer) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(account__in=viewer.accounts)


def _lines(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(lines=Sum("lines"))["lines"] or 0)


def _entries_told(rows: Sequence[Row], viewer: Viewer) -> Iterator[Row]:
    """Each line of each entry; our own side of it only to those who see every account."""
    lines = JournalLine.objects.filter(entry__in=[row[0] for row in rows]).order_by("entry", "number")
    if not risk_selectors.roles(viewer.actor) & SEES_ALL:
        lines = lines.filter(account__owner__in=viewer.accounts)
    found: dict[int, list[Row]] = defaultdict(list)
    for entry, *line in lines.values_list("entry", "number", "account__owner", "account__kind", "account__asset", "amount"):
        found[entry].append(tuple(line))
    for entry, *about in rows:
        for posted in found[entry]:
            yield (entry, *about, *posted)


LEDGER = TableReport(
    name="ledger",
    title="Ledger",
    purpose="Journal entries line by line, newest entry first. The lines of an entry are zero in sum for each currency and instrument.",
    columns=(
        *(Column("entry", Kind.COUNT), Column("time", Kind.TIME), Column("cause"), Column("cause_id"), Column("account"), Column("symbol")),
        *(Column("order"), Column("trade_id"), Column("reverses", Kind.COUNT, help="the entry it takes back"), Column("line", Kind.COUNT)),
        *(Column("owner"), Column("kind"), Column("asset"), Column("amount", Kind.NUMBER)),
    ),
    filters=(
        *(ACCOUNT, SYMBOL, word("cause", tuple(cause.value for cause in Cause)), equals("trade_id", "a trade's id")),
        *period("time", "happened"),
    ),
    rows=_entries,
    fields=("id", "time", "cause", "cause_id", "account", "symbol", "order_id", "trade_id", "reverses"),
    told=_entries_told,
    counted=_lines,
)


def _charged(viewer: Viewer) -> QuerySet[FillFee]:
    return FillFee.objects.filter(account__in=viewer.accounts)


FEES = TableReport(
    name="fees",
    title="Fees",
    purpose="What each fill was charged and by which rate, newest first; what takes a fee back is below zero.",
    columns=(
        *(Column("id"), Column("made_at", Kind.TIME), *WHOSE, Column("order"), Column("trade_id"), *TERMS, Column("notional", Kind.NUMBER)),
        *(Column("currency"), Column("liquidity"), Column("bps", Kind.NUMBER, unit="basis points"), Column("fee", Kind.NUMBER)),
        Column("tax", Kind.NUMBER),
    ),
    filters=(ACCOUNT, SYMBOL, SIDE, _CURRENCY, equals("trade_id", "a trade's id"), *period("made_at", "made")),
    rows=_charged,
    fields=(
        *("id", "made_at", "account", "symbol", "side", "order_id", "trade_id", "quantity", "price", "notional", "currency", "liquidity"),
        *("bps", "fee", "tax"),
    ),
)
