"""Reads of the ledger: entries with their lines, balances, and the proof that it is zero in sum."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from oms_site.infra.rest import decimal_text, timestamp
from reporting.domain.ledger import CLEARING, FIRM, TAX
from reporting.models import JournalEntry, JournalLine, LedgerAccount
from risk import selectors as risk_selectors

OURS = (CLEARING, FIRM, TAX)
"""Owners that are no trading account: for those who see every account."""


class AssetProof(NamedTuple):
    """What is owed of an asset to anybody (`owed`), by anybody (`owing`, below zero), and both together; `lines` counted line by line."""

    asset_type: str
    asset: str
    owed: Decimal
    owing: Decimal
    total: Decimal
    lines: Decimal | None


def entries_visible(actor: Any) -> QuerySet[JournalEntry]:
    """Entries about the accounts the actor may see."""
    return JournalEntry.objects.filter(account__in=risk_selectors.visible_accounts(actor))


def entries_filtered(
    actor: Any, *, account: str | None, symbol: str | None, cause: str | None, since: datetime | None, before: datetime | None
) -> QuerySet[JournalEntry]:
    """Those of one account, instrument, cause and time where given; `before` is exclusive."""
    wanted = {"account": account, "symbol": symbol, "cause": cause, "time__gte": since, "time__lt": before}
    return entries_visible(actor).filter(**{name: value for name, value in wanted.items() if value is not None})


def _lines_of(entries: Iterable[JournalEntry]) -> dict[int, list[JournalLine]]:
    """The lines of each entry, by its number, with their ledger accounts: one query."""
    found: dict[int, list[JournalLine]] = defaultdict(list)
    rows = JournalLine.objects.filter(entry__in=[entry.pk for entry in entries]).select_related("account").order_by("entry", "number")
    for line in rows:
        found[line.entry_id].append(line)
    return found


def entries_told(entries: Collection[JournalEntry]) -> list[dict[str, Any]]:
    """Entries as REST tells them."""
    lines = _lines_of(entries)
    return [_entry_told(entry, lines[entry.pk]) for entry in entries]


def _entry_told(entry: JournalEntry, lines: Iterable[JournalLine]) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "cause": entry.cause,
        "cause_id": entry.cause_id,
        "account": entry.account,
        "symbol": entry.symbol or None,
        "order": entry.order_id or None,
        "trade_id": entry.trade_id or None,
        "reverses": entry.reverses,
        "time": timestamp(entry.time),
        "lines": [_line_told(line) for line in lines],
    }


def _line_told(line: JournalLine) -> dict[str, Any]:
    held = line.account
    names = {"owner": held.owner, "kind": held.kind, "asset_type": held.asset_type, "asset": held.asset}
    return names | {"amount": decimal_text(line.amount)}


def balances_visible(actor: Any) -> QuerySet[LedgerAccount]:
    """Ledger accounts of the accounts the actor may see; ours too for somebody who sees them all."""
    owned = Q(owner__in=risk_selectors.visible_accounts(actor))
    return LedgerAccount.objects.filter(owned | Q(owner__in=OURS) if risk_selectors.sees_all(actor) else owned)


def proof(*, lines: bool = False) -> list[AssetProof]:
    """Each currency and instrument, zero in total; with `lines` from every line ever posted, not from balances alone."""
    owed, owing = Sum("balance", filter=Q(balance__gt=0), default=0), Sum("balance", filter=Q(balance__lt=0), default=0)
    rows = LedgerAccount.objects.values("asset_type", "asset").annotate(owed=owed, owing=owing).order_by("asset_type", "asset")
    counted = _by_lines() if lines else {}
    return [
        AssetProof(
            *(row["asset_type"], row["asset"], row["owed"], row["owing"], row["owed"] + row["owing"]),
            counted.get((row["asset_type"], row["asset"]), Decimal(0)) if lines else None,
        )
        for row in rows
    ]


def balances_wrong() -> list[tuple[str, Decimal, Decimal]]:
    """Ledger accounts whose balance is not the sum of their lines: name, balance, sum. Reads every line."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        return cursor.fetchall()


_WRONG = """
SELECT concat_ws(' ', account.owner, account.kind, account.asset), account.balance, coalesce(line.total, 0)
FROM reporting_ledgeraccount AS account
LEFT JOIN (SELECT account_id, sum(amount) AS total FROM reporting_journalline GROUP BY account_id) AS line ON line.account_id = account.id
WHERE account.balance <> coalesce(line.total, 0) ORDER BY 1
"""


def _by_lines() -> dict[tuple[str, str], Decimal]:
    rows = JournalLine.objects.values("account__asset_type", "account__asset").annotate(total=Sum("amount"))
    return {(row["account__asset_type"], row["account__asset"]): row["total"] for row in rows}
