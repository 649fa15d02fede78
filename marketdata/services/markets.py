"""The market of an instrument on its way to another phase: its row locked, the command into the outbox, the audit entry beside it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from marketdata.domain.calendar import Calendar
from marketdata.domain.schedule import Change, Standing
from marketdata.models import Instrument, InstrumentSchedule
from marketdata.selectors import calendar_of, to_microseconds, trade_date
from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from oms_site.infra.errors import NotFound
from schemas.enums import CommandType
from schemas.messages import OrderCommand

CHAIN = "markets"
CALENDAR = "calendar"
"""The user of what no person asked for."""


def schedule_locked(symbol: str, *, now: datetime, wait: bool = True) -> InstrumentSchedule | None:
    """The row of a market, locked until commit; made where there is none: then the market is open, as the engine has it from the start.

    None when somebody else holds it and `wait` is off. Raises `NotFound` for an unknown symbol.
    """
    rows = InstrumentSchedule.objects.select_for_update(of=("self",), skip_locked=not wait).select_related("instrument__calendar")
    row = rows.filter(pk=symbol).first()
    if row is None and not InstrumentSchedule.objects.filter(pk=symbol).exists():
        if not Instrument.objects.filter(pk=symbol).exists():
            raise NotFound("there is no instrument of this symbol")
        made = InstrumentSchedule(instrument_id=symbol, trade_date=trade_date(symbol, now), transition_at=now, changed_at=now)
        InstrumentSchedule.objects.bulk_create([made], ignore_conflicts=True)
        row = rows.filter(pk=symbol).first()
    return row


def calendar_followed(row: InstrumentSchedule) -> Calendar:
    """The calendar the row's instrument follows."""
    return calendar_of(row.instrument.calendar)


def standing_of(row: InstrumentSchedule) -> Standing:
    """Where the market was last put."""
    return Standing(row.trade_date, row.phase, row.auction or None, row.by_hand)


def market_put(
    row: InstrumentSchedule, changes: Sequence[Change], *, actor: Any, action: str, reason: str, now: datetime, request_id: str = ""
) -> None:
    """Send the changes in order, write them to the row (not yet saved) and to the audit trail. `actor` None is the calendar."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a market's row, its command and its audit entry belong into one transaction")
    user = CALENDAR if actor is None else actor.get_username()
    entries = []
    for change in changes:
        if change.uncross:
            uncross_send(row.pk, user=user, reason=reason, now=now)
        before, to = standing_of(row), change.to
        command_id = _send(row.pk, to, user=user, reason=reason, now=now)
        row.trade_date, row.phase, row.auction, row.by_hand = to.trade_date, to.phase, to.auction or "", to.by_hand
        row.reason, row.changed_at, row.changed_by = reason, now, actor
        detail = {
            "from": _told(before),
            "to": _told(to),
            "uncross": change.uncross,
            "reason": reason,
            "due": change.at.isoformat(),
            "command": command_id,
        }
        entries.append(audit.Entry(action, "instrument", row.pk, detail))
    if entries:
        audit.record_many(chain=CHAIN, actor=actor, entries=entries, request_id=request_id, now=now)


def uncross_send(symbol: str, *, user: str, reason: str, now: datetime) -> int:
    """Trade what an auction has collected; the phase stays. The command's id."""
    return outbox.publish_control(_command(CommandType.UNCROSS, symbol, user=user, reason=reason, now=now))


def _send(symbol: str, to: Standing, *, user: str, reason: str, now: datetime) -> int:
    command = _command(
        CommandType.PHASE, symbol, user=user, reason=reason, now=now, phase=to.phase, auction=to.auction, trade_date=to.trade_date
    )
    return outbox.publish_control(command)


def _command(
    command: CommandType,
    symbol: str,
    *,
    user: str,
    reason: str,
    now: datetime,
    phase: str | None = None,
    auction: str | None = None,
    trade_date: date | None = None,
) -> OrderCommand:
    return OrderCommand(
        command=command.value,
        command_id=0,  # given by the outbox
        id="",
        account=outbox.EVERY_PARTITION,
        symbol=symbol,
        time=to_microseconds(now),
        user=user,
        reason=reason,
        phase=phase,
        auction=auction,
        trade_date=None if trade_date is None else trade_date.isoformat(),
    )


def _told(standing: Standing) -> dict[str, Any]:
    return {"phase": standing.phase, "auction": standing.auction, "trade_date": standing.trade_date.isoformat()}
