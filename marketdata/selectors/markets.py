"""Reads of one market as it is now: what was projected of it, what its calendar says, what was last done to it."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Min, OuterRef, QuerySet, Subquery

from marketdata.domain.calendar import Transition, in_force, next_transition, trade_date
from marketdata.models import DepthSnapshot, Instrument, InstrumentSchedule
from marketdata.selectors.calendars import calendar_of


class MarketNow(NamedTuple):
    """One market. `trade_date` is the date of new orders, `session_date` the one a close would end, `target` the calendar's phase."""

    symbol: str
    depth: DepthSnapshot | None
    schedule: InstrumentSchedule | None
    trade_date: date
    session_date: date
    target: Transition
    following: Transition

    @property
    def phase(self) -> str:
        """As last projected; as every market begins, before that."""
        return DepthSnapshot.phase.field.default if self.depth is None else self.depth.phase


def market_now(row: Instrument, now: datetime) -> MarketNow:
    """The market of an instrument."""
    calendar = calendar_of(row.calendar)
    target = in_force(calendar, now)
    return MarketNow(
        symbol=row.symbol,
        depth=DepthSnapshot.objects.filter(pk=row.symbol).first(),
        schedule=InstrumentSchedule.objects.select_related("changed_by").filter(pk=row.symbol).first(),
        trade_date=trade_date(calendar, now),
        session_date=target.trade_date,
        target=target,
        following=next_transition(calendar, now),
    )


def overdue(now: datetime) -> timedelta:
    """For how long the oldest step of a calendar has been due without being applied; nothing when none is."""
    oldest = InstrumentSchedule.objects.filter(due_at__lt=now).aggregate(due=Min("due_at"))["due"]
    return timedelta() if oldest is None else now - oldest


def with_markets(instruments: QuerySet[Any]) -> QuerySet[Any]:
    """Instruments, each with its market as last projected: `market_phase`, `market_auction`, `market_since` (None: never changed)."""
    depth = DepthSnapshot.objects.filter(symbol=OuterRef("symbol"))
    columns = {"market_phase": "phase", "market_auction": "auction", "market_since": "phase_since"}
    return instruments.annotate(**{name: Subquery(depth.values(column)[:1]) for name, column in columns.items()})
