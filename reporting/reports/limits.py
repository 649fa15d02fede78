"""The report of limits and their use."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from reporting.reports.definition import Column, Kind, Row, TableReport, Viewer
from reporting.reports.filters import equals, word
from risk import selectors as risk_selectors
from risk.domain.limits import UNITS, Rule
from risk.models import Limit, LimitScope
from schemas.units import from_units


def _limits(viewer: Viewer) -> QuerySet[Limit]:
    return risk_selectors.limits_of(sorted(viewer.accounts))


def _limits_told(rows: Sequence[Row], viewer: Viewer) -> Iterator[Row]:
    """With the account nearest to each limit, of those the viewer sees."""
    used = risk_selectors.most_used(viewer.now)
    for pk, scope, key, rule, *terms in rows:
        account, use = used.get((scope, key, rule), ("", None))
        if use is None or account not in viewer.accounts:
            yield (pk, scope, key, rule, UNITS[Rule(rule)], *terms, None, None, None, None)
        else:
            left = None if use.headroom is None else from_units(use.headroom)
            yield (pk, scope, key, rule, UNITS[Rule(rule)], *terms, account, from_units(use.used), use.percent, left)


LIMITS = TableReport(
    name="limits",
    title="Limits and use",
    purpose="Every limit that was set, with the account that is nearest to it.",
    columns=(
        *(
            Column("id", Kind.COUNT),
            Column("scope"),
            Column("key", help="desk, account, user or symbol; empty for the firm"),
            Column("rule"),
        ),
        *(Column("unit"), Column("value", Kind.NUMBER, help="in the rule's unit"), Column("effective_from", Kind.TIME)),
        *(Column("effective_until", Kind.TIME), Column("version", Kind.COUNT), Column("updated_at", Kind.TIME)),
        *(Column("account", help="nearest to the limit, of those you see"), Column("used", Kind.NUMBER)),
        *(Column("used_percent", Kind.COUNT, unit="%"), Column("headroom", Kind.NUMBER, help="what is left")),
    ),
    filters=(
        *(word("scope", tuple(LimitScope.values)), equals("key", "whose limit", longest=150)),
        word("rule", tuple(rule.value for rule in Rule)),
    ),
    rows=_limits,
    fields=("id", "scope", "key", "rule", "value", "effective_from", "effective_until", "version", "updated_at"),
    told=_limits_told,
    descending=False,
)
