"""Breaks: told when they are found, cleared when log and tables agree again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from oms_site.infra.alerts import services as alerts
from oms_site.infra.audit import services as audit
from reporting.models import Break
from reporting.services.drop_copy.difference import Difference

CHAIN = "drop_copy"
TOLD = 20
"""Alerts of one look; of more breaks than that one alert says how many there are."""
_LONGEST = 60


def breaks_tell(found: Collection[Difference], *, now: datetime) -> int:
    """Tell the desk of the breaks among them that are new; how many. The last thing a transaction does."""
    with transaction.atomic():
        held = {_name(row) for row in Break.objects.filter(cleared_at=None)}
        named = {difference.name: difference for difference in found if difference.name not in held}
        fresh = [_break(difference, now) for _, difference in sorted(named.items())]
        Break.objects.bulk_create(fresh)
        _record("break_found", fresh, now)
        _alert(fresh, [named[_name(row)].words for row in fresh], now)
    return len(fresh)


def breaks_settle(found: Collection[Difference], *, now: datetime) -> tuple[int, int]:
    """Tell of new breaks, and clear those that are no more, now that everything was compared; how many of each.

    A fill that is no trade's is looked at once, and stays.
    """
    with transaction.atomic():
        names = {difference.name for difference in found}
        gone = [row for row in Break.objects.filter(cleared_at=None).exclude(kind="fill") if _name(row) not in names]
        Break.objects.filter(pk__in=[row.pk for row in gone]).update(cleared_at=now)
        _record("break_cleared", gone, now)
        return breaks_tell(found, now=now), len(gone)


def _name(row: Break) -> tuple[str, str, str, str]:
    return row.kind, row.account, row.subject, row.field


def _break(difference: Difference, now: datetime) -> Break:
    kept = difference._replace(expected=difference.expected[:_LONGEST], actual=difference.actual[:_LONGEST])
    return Break(**kept._asdict(), found_at=now)


def _record(action: str, rows: Collection[Break], now: datetime) -> None:
    entries = [
        audit.Entry(action, "break", str(row.pk), {"break": str(row), "expected": row.expected, "actual": row.actual, "seq": row.seq})
        for row in rows
    ]
    if entries:
        audit.record_many(chain=CHAIN, actor=None, entries=entries, request_id="", now=now)


def _alert(rows: Collection[Break], words: Collection[str], now: datetime) -> None:
    more: dict[str, Any] = {"kind": "drop_copy", "severity": "critical", "now": now}
    for row, text in list(zip(rows, words, strict=True))[:TOLD]:
        alerts.raise_alert(key=f"break-{row.pk}", text=text, link=reverse("admin:reporting_break_change", args=[row.pk]), **more)
    if len(rows) > TOLD:
        first = min(row.pk for row in rows)
        text = f"{len(rows)} breaks between log and tables, {TOLD} of them told one by one"
        alerts.raise_alert(key=f"breaks-{first}", text=text, link=reverse("admin:reporting_break_changelist"), **more)
