"""The calendar's own steps: each applied once, in order, however often and however late somebody looks; and pauses that are over."""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import transaction
from django.db.models import Q

from marketdata.domain.calendar import next_transition
from marketdata.domain.schedule import Change, Standing, due, into_line
from marketdata.models import DepthSnapshot, Instrument, InstrumentSchedule
from marketdata.services.markets import calendar_followed, market_put, schedule_locked, standing_of
from schemas.enums import AuctionKind, Phase

log = structlog.get_logger(__name__)

LATE = timedelta(seconds=30)
"""A step applied later than this is told in the log: whoever looks was away."""
_VOLATILITY = AuctionKind.VOLATILITY.value


class Applied(NamedTuple):
    """How many changes of phase the calendars asked for, and how many volatility pauses were ended."""

    changes: int
    reopened: int


def schedule_apply(*, now: datetime) -> Applied:
    """Bring every market to where it should be. Cheap when nothing is due; run twice at once, the second leaves the first's rows alone.

    Each market is a transaction of its own.
    """
    changes = 0
    for symbol in _due_symbols(now):
        with transaction.atomic():
            row = schedule_locked(symbol, now=now, wait=False)
            changes += 0 if row is None else market_apply(row, now=now)
    return Applied(changes, sum(_reopen(symbol, since, now) for symbol, since in _pauses_over(now)))


def market_apply(row: InstrumentSchedule, *, now: datetime) -> int:
    """Apply what is due for one market, its row locked; how many changes of phase that were."""
    if row.due_at is not None and row.due_at > now:
        return 0
    calendar = calendar_followed(row)
    if row.due_at is None:
        changes, why = into_line(calendar, standing_of(row), now), "calendar set"
    else:
        changes, why = due(calendar, standing_of(row), row.transition_at, now), "calendar"
        if changes and now - changes[0].at > LATE:
            log.warning("schedule_late", symbol=row.pk, changes=len(changes), due=changes[0].at.isoformat())
    reason = f"{why}: {row.instrument.calendar_id or 'around the clock'}"
    market_put(row, changes, actor=None, action="phase_scheduled", reason=reason, now=now)
    row.transition_at, row.due_at = now, next_transition(calendar, now).at
    row.save()
    return len(changes)


def _due_symbols(now: datetime) -> list[str]:
    open_ = Q(schedule=None) | Q(schedule__due_at=None) | Q(schedule__due_at__lte=now)
    return list(Instrument.objects.filter(open_).order_by("symbol").values_list("symbol", flat=True))


def _pauses_over(now: datetime) -> list[tuple[str, datetime]]:
    """Markets that called a volatility auction long enough ago, and since when."""
    paused = DepthSnapshot.objects.filter(phase=Phase.AUCTION.value, auction=_VOLATILITY)
    began = {symbol: since for symbol, since in paused.values_list("symbol", "phase_since") if since is not None}
    if not began:
        return []
    lengths = Instrument.objects.filter(symbol__in=began).order_by("symbol").values_list("symbol", "pause_seconds")
    return [(symbol, began[symbol]) for symbol, seconds in lengths if began[symbol] + timedelta(seconds=seconds) <= now]


def _reopen(symbol: str, since: datetime, now: datetime) -> bool:
    """End one pause, once. Not where a person or the calendar has put the market elsewhere meanwhile: what is projected comes later."""
    with transaction.atomic():
        row = schedule_locked(symbol, now=now, wait=False)
        if row is None or row.pause_answered == since:
            return False
        standing = standing_of(row)
        if standing.phase != Phase.CONTINUOUS.value and standing.auction != _VOLATILITY:
            return False
        to = Standing(standing.trade_date, Phase.CONTINUOUS.value)
        reason = f"volatility pause of {row.instrument.pause_seconds} s is over"
        market_put(row, [Change(now, to)], actor=None, action="pause_ended", reason=reason, now=now)
        row.pause_answered = since
        row.save()
    return True
