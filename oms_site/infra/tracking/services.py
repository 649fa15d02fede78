"""Tells the desk of edits made outside the product: an alert and an audit entry for each table, of what is new since the last look."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode

from oms_site.infra.alerts.models import Severity
from oms_site.infra.alerts.services import raise_alert
from oms_site.infra.audit import services as audit
from oms_site.infra.tracking.models import OutsideEdit

CHAIN = "outside"
MOST = 10_000
"""Edits told in one look; the next look goes on."""
_NAMED = 5


def outside_edits_tell(*, now: datetime) -> int:
    """Alert of every edit nobody was told of yet, once; how many there were."""
    with transaction.atomic():
        untold = OutsideEdit.objects.select_for_update(skip_locked=True).filter(told_at=None).order_by("row_table", "id")[:MOST]
        edits = list(untold)
        for table, group in groupby(edits, key=attrgetter("row_table")):
            _tell(table, list(group), now)
    return len(edits)


def _tell(table: str, edits: list[OutsideEdit], now: datetime) -> None:
    key = f"outside-{table}-{edits[0].pk}"
    OutsideEdit.objects.filter(pk__in=[edit.pk for edit in edits]).update(told_at=now, alert=key)
    users = sorted({edit.database_user for edit in edits})
    rows = list(dict.fromkeys(edit.row_key or "?" for edit in edits))
    named = ", ".join(rows[:_NAMED]) + (f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else "")
    audit.record(
        chain=CHAIN,
        actor=None,
        action="rows_edited_outside",
        object_type="table",
        object_id=table,
        detail={"edits": [edit.pk for edit in edits], "rows": rows[:100], "database_users": users, "alert": key},
        request_id="",
        now=now,
    )
    raise_alert(
        key=key,
        kind="outside_edit",
        severity=Severity.CRITICAL,
        text=f"{len(edits)} edits of {table} outside the product, by {', '.join(users)}: {named}",
        now=now,
        link=reverse("admin:tracking_outsideedit_changelist") + "?" + urlencode({"row_table": table}),
    )
