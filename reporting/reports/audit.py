"""The report of the audit log."""

from collections.abc import Iterator, Sequence

import orjson
from django.db.models import QuerySet

from oms_site.infra.audit.models import AuditEntry
from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import equals, period
from risk.domain.roles import Role

_CONTROL = frozenset({Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN})


def _entries(_: Viewer) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all()


def _entries_told(rows: Sequence[Row], _: Viewer) -> Iterator[Row]:
    return ((*row[:8], orjson.dumps(row[8]).decode(), *row[9:]) for row in rows)


AUDIT = TableReport(
    name="audit",
    title="Audit log",
    purpose="Who did what to which object, each entry with the hash that binds it to the one before; newest first.",
    columns=(
        *(Column("id", Kind.COUNT), Column("created_at", Kind.TIME), Column("chain"), Column("seq", Kind.COUNT)),
        *(Column("actor", help="empty: the system itself"), Column("action"), Column("object_type"), Column("object_id")),
        *(Column("detail", help="JSON"), Column("request_id"), Column("hash")),
    ),
    filters=(
        *(
            equals("chain", "an account's code or a kind of control"),
            equals("actor", "a user's name", field="actor__username", longest=150),
        ),
        *(equals("action", "what was done"), equals("object_type", "of what"), equals("object_id", "of which")),
        *(equals("request_id", "a request's id"), *period("created_at", "written")),
    ),
    rows=_entries,
    fields=(
        *("id", "created_at", "chain", "seq", "actor__username", "action", "object_type", "object_id", "detail", "request_id"),
        "hash",
    ),
    told=_entries_told,
    roles=_CONTROL,
)
