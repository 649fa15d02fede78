"""What people do to a market: put it into a phase, give it back to its calendar, uncross it. Each a logged command with who and why."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction

from marketdata.domain.calendar import in_force
from marketdata.domain.schedule import Change, Standing
from marketdata.models import DepthSnapshot, InstrumentSchedule
from marketdata.selectors import trade_date as date_of
from marketdata.services.access import DESK, HALTING, require, said
from marketdata.services.markets import CHAIN, calendar_followed, market_put, schedule_locked, standing_of, uncross_send
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput
from schemas.enums import AuctionKind, Phase

_STAYS = frozenset({Phase.HALTED.value, Phase.CLOSED.value})
"""Phases a market does not leave by itself: asking for them twice is asking once."""


class MarketClosed(Conflict):
    """The calendar has the market closed now, so there is no phase to go back to."""

    default_code = "market_closed"


class MarketNotCalled(Conflict):
    """The market is in no call phase: there is nothing to uncross."""

    default_code = "market_not_called"


class Put(NamedTuple):
    """The market's row, and whether it was changed: False when it stood there already."""

    row: InstrumentSchedule
    changed: bool


def phase_change(
    *,
    actor: Any,
    symbol: str,
    phase: str,
    reason: str,
    now: datetime,
    auction: str | None = None,
    trade_date: date | None = None,
    request_id: str = "",
) -> Put:
    """Put a market into a phase, until its calendar's next step or another hand. An auction is an opening one unless told.

    `trade_date` is the business date that goes on or (closed) ends; without it, the one of now. Raises `Forbidden`, `NotFound`,
    `InvalidInput`.
    """
    require(actor, HALTING if phase == Phase.HALTED.value else DESK, "change the phase of a market")
    reason, kind = said(reason), _kind(phase, auction)
    with transaction.atomic():
        row = _locked(symbol, now)
        to = Standing(_date(row, phase, trade_date, now), phase, kind, by_hand=True)
        return _put(row, to, actor=actor, action="phase_changed", reason=reason, now=now, request_id=request_id)


def phase_resume(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str = "") -> Put:
    """Give a market back to its calendar: the phase that should be in force now. Raises as `phase_change`, and `MarketClosed`."""
    require(actor, DESK, "resume a market")
    reason = said(reason)
    with transaction.atomic():
        row = _locked(symbol, now)
        target = in_force(calendar_followed(row), now)
        if target.closes:
            raise MarketClosed("the calendar has this market closed now: it opens by itself, or call an auction by hand")
        to = Standing(target.trade_date, target.phase, target.auction)
        return _put(row, to, actor=actor, action="market_resumed", reason=reason, now=now, request_id=request_id)


def uncross(*, actor: Any, symbol: str, reason: str, now: datetime, request_id: str = "") -> int:
    """Let what an auction has collected trade now; it goes on collecting. The command's id. Raises `MarketNotCalled` and as above."""
    require(actor, DESK, "uncross a market")
    reason = said(reason)
    with transaction.atomic():
        row = _locked(symbol, now)
        seen = DepthSnapshot.objects.filter(pk=symbol).values_list("phase", flat=True).first()
        if not {row.phase, seen} & {Phase.PRE_OPEN.value, Phase.AUCTION.value}:
            raise MarketNotCalled("the market collects no orders for an auction: there is nothing to uncross")
        command_id = uncross_send(symbol, user=actor.get_username(), reason=reason, now=now)
        audit.record(
            chain=CHAIN,
            actor=actor,
            action="market_uncrossed",
            object_type="instrument",
            object_id=symbol,
            detail={"phase": seen or row.phase, "reason": reason, "command": command_id},
            request_id=request_id,
            now=now,
        )
    return command_id


def _locked(symbol: str, now: datetime) -> InstrumentSchedule:
    row = schedule_locked(symbol, now=now)
    assert row is not None, "waited for"
    return row


def _put(row: InstrumentSchedule, to: Standing, *, actor: Any, action: str, reason: str, now: datetime, request_id: str) -> Put:
    if to.phase in _STAYS and standing_of(row) == to:
        return Put(row, changed=False)
    market_put(row, [Change(now, to)], actor=actor, action=action, reason=reason, now=now, request_id=request_id)
    row.pause_answered = pause_seen(row.pk) or row.pause_answered
    row.save()
    return Put(row, changed=True)


def pause_seen(symbol: str) -> datetime | None:
    """The beginning of the volatility pause the market is in, as last projected."""
    paused = DepthSnapshot.objects.filter(pk=symbol, phase=Phase.AUCTION.value, auction=AuctionKind.VOLATILITY.value)
    return paused.values_list("phase_since", flat=True).first()


def _kind(phase: str, auction: str | None) -> str | None:
    if phase not in tuple(Phase):
        raise InvalidInput(f"phase: one of {', '.join(Phase)}", field="phase")
    if phase != Phase.AUCTION.value:
        if auction:
            raise InvalidInput(f"auction: {phase} has no kind of auction", field="auction")
        return None
    if auction and auction not in tuple(AuctionKind):
        raise InvalidInput(f"auction: one of {', '.join(AuctionKind)}", field="auction")
    return auction or AuctionKind.OPENING.value


def _date(row: InstrumentSchedule, phase: str, given: date | None, now: datetime) -> date:
    """A close ends the date whose session began last; anything else goes on with the date new orders belong to."""
    current = date_of(row.pk, now)
    if given is None:
        return in_force(calendar_followed(row), now).trade_date if phase == Phase.CLOSED.value else current
    if given > current:
        raise InvalidInput(f"trade_date: {given} has not begun, the business date is {current}", field="trade_date")
    return given
