"""Trading calendars: a change of any part is one new version with an audit entry, checked as a whole; the scheduler looks at it at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.domain.calendar_rules import problems
from marketdata.domain.symbols import is_symbol
from marketdata.models import CalendarDay, InstrumentSchedule, SessionLine, TradingCalendar
from marketdata.selectors import calendar_parts
from marketdata.services.access import DESK, require, said
from oms_site.infra.audit import services as audit
from oms_site.infra.errors import Conflict, InvalidInput

CHAIN = "calendars"


class CalendarInvalid(InvalidInput):
    """A calendar cannot be followed; `details` holds each fault, the message all of them."""


class CalendarChanged(Conflict):
    """Somebody else changed the calendar since it was read."""


def calendar_check(parts: Parts) -> None:
    """Raise `CalendarInvalid` with everything that is wrong, in words."""
    try:
        calendar = parts.calendar()
    except (KeyError, ValueError, OSError):  # a folder of the time zone database is an OSError
        raise CalendarInvalid(f"zone: {parts.zone!r} is no time zone; an IANA name as America/New_York", field="zone") from None
    if parts.always_open:
        faults = ["it is always open: take its lines and days out, or take 'always open' off"] if parts.lines or parts.days else []
    else:
        faults = problems(calendar)
    if faults:
        raise CalendarInvalid("; ".join(faults), details=[{"message": fault} for fault in faults])


def calendar_save(
    *,
    actor: Any,
    code: str,
    name: str,
    parts: Parts,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    request_id: str = "",
) -> TradingCalendar:
    """Add a calendar or replace what one says; unchanged parts leave no trace.

    Raises `Forbidden`, `CalendarInvalid`, `InvalidInput` (reason), and with `expected_version` `CalendarChanged`. The markets that
    follow it are brought into line by the scheduler's next look.
    """
    require(actor, DESK, "save a calendar")
    reason = said(reason)
    if not is_symbol(code):
        raise CalendarInvalid("code: 1 to 32 capital letters, digits, dots, hyphens or underscores", field="code")
    calendar_check(parts)
    with transaction.atomic():
        row = TradingCalendar.objects.select_for_update(no_key=True).filter(code=code).first()
        if expected_version is not None and (row.version if row else 0) != expected_version:
            raise CalendarChanged("somebody else changed this calendar meanwhile: look again, then save", field="version")
        before = _said(row.name, calendar_parts(row)) if row else {}
        after = _said(name, parts)
        if row is not None and before == after:
            return row
        row = _stored(row or TradingCalendar(code=code, version=0), name, parts)
        InstrumentSchedule.objects.filter(instrument__calendar=row).update(due_at=None)
        detail = {"version": row.version, "reason": reason, "changed": _difference(before, after)}
        entry = audit.Entry("calendar_saved", "tradingcalendar", code, detail)
        audit.record_many(chain=CHAIN, actor=actor, entries=[entry], request_id=request_id, now=now)
    return row


def _stored(row: TradingCalendar, name: str, parts: Parts) -> TradingCalendar:
    row.name, row.zone, row.always_open = name, parts.zone, parts.always_open
    row.version, row.digest = row.version + 1, parts.digest()
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise CalendarInvalid(f"{field}: {messages[0]}", field=field) from None
    row.save()
    row.lines.all().delete()
    row.days.all().delete()
    SessionLine.objects.bulk_create([SessionLine(calendar=row, **line._asdict()) for line in parts.lines])
    CalendarDay.objects.bulk_create([CalendarDay(calendar=row, **day._asdict()) for day in parts.days])
    return row


def _said(name: str, parts: Parts) -> dict[str, Any]:
    return {
        "name": name,
        "zone": parts.zone,
        "always_open": parts.always_open,
        "lines": sorted(map(_line, parts.lines)),
        "days": sorted(map(_day, parts.days)),
    }


def _line(line: Line) -> str:
    return f"{line.day} {line.offset:+d} {line.at.isoformat()} {line.phase} {line.auction}".strip()


def _day(day: Day) -> str:
    return f"{day.date} {day.kind} {day.name}".strip()


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed: [before, after] of a value, what was taken out and put in of a list."""
    changed: dict[str, Any] = {}
    for field, value in after.items():
        old = before.get(field)
        if old != value:
            changed[field] = _taken_and_put(old or [], value) if isinstance(value, list) else [old, value]
    return changed


def _taken_and_put(before: Iterable[str], after: Iterable[str]) -> dict[str, list[str]]:
    old, new = set(before), set(after)
    return {"out": sorted(old - new), "in": sorted(new - old)}
