"""Reads of limits: what was set, and what holds at a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from risk.domain.dated import Dated
from risk.domain.limits import ACCOUNT, DESK, Rule, binding
from risk.models import Entitlement, Limit, LimitScope, LimitVersion
from schemas.units import ONE, to_units

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Name = tuple[str, str, str]
"""Scope, key and rule of a limit."""


def moment_us(moment: datetime) -> int:
    """A moment in microseconds, as commands carry it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def timelines(now: datetime, **of: Any) -> dict[Name, Dated[int]]:
    """What each limit is and will be, as risk has it from the log: all versions of the limits asked for, folded. Values in 1e-8."""
    found: dict[Name, Dated[int]] = {}
    rows = LimitVersion.objects.filter(Q(effective_until=None) | Q(effective_until__gt=now), **of).order_by("version", "id")
    for row in rows:
        timeline_add(found.setdefault((row.scope, row.key, row.rule), Dated()), row)
    return found


def timeline_add(timeline: Dated[int], row: Any) -> None:
    """Fold one more version (anything with value, effective_from, effective_until and set_at)."""
    start, end = row.effective_from, row.effective_until
    timeline.set(
        None if row.value is None else to_units(row.value),
        None if start is None else moment_us(start),
        None if end is None else moment_us(end),
        moment_us(row.set_at),
    )


def limit_values(now: datetime) -> dict[Name, int]:
    """Every limit that holds now, in 1e-8."""
    at = moment_us(now)
    held = ((name, timeline.at(at)) for name, timeline in timelines(now).items())
    return {name: value for name, value in held if value is not None}


def disconnect_graces(user: Any, now: datetime) -> tuple[int | None, dict[str, int]]:
    """Seconds a trader may be without a connection: by the limit of firm or trader, and by that of each account the trader may trade."""
    rule, trader = Rule.DISCONNECT_GRACE.value, user.get_username()
    at = moment_us(now)
    held = ((name, timeline.at(at)) for name, timeline in timelines(now, rule=rule).items())
    values = {name: value for name, value in held if value is not None}
    own = binding(values, "", rule, trader=trader)
    accounts: dict[str, int] = {}
    if any(scope in (DESK, ACCOUNT) for scope, _, _ in values):
        rows = Entitlement.objects.filter(user=user, can_trade=True).values_list("account_id", "account__desk_id").distinct()
        for account, desk in rows:
            bound = binding(values, account, rule, desk=desk or "", trader=trader)
            if bound is not None:
                accounts[account] = bound.value // ONE
    return (None if own is None else own.value // ONE), accounts


def limits_of(accounts: list[str]) -> QuerySet[Limit]:
    """Limits of the firm, of desks and symbols, of the given accounts, and of the traders who are entitled to one of them."""
    traders = Entitlement.objects.filter(account__in=accounts).values_list("user__username", flat=True)
    return Limit.objects.filter(
        Q(scope__in=[LimitScope.FIRM, LimitScope.DESK, LimitScope.SYMBOL])
        | Q(scope=LimitScope.ACCOUNT, key__in=accounts)
        | Q(scope=LimitScope.TRADER, key__in=list(traders))
    )
