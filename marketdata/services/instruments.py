"""Instruments: a change is a row, an audit entry and a command in the log, or nothing."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from marketdata.domain.symbols import is_symbol
from marketdata.models import HouseQuoting, Instrument, InstrumentSchedule, TradingCalendar
from marketdata.selectors import PERCENT, jump_of, to_microseconds
from marketdata.services.access import DESK, require, said
from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from oms_site.infra.errors import Conflict, InvalidInput
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.units import UnitsError, to_units

MARKET_FIELDS = ("calendar", "band", "pause_seconds", "jump")
"""What decides when the market trades: a change of one says why."""
FIELDS = (
    *("name", "mic", "cfi", "currency", "group", "tick", "lot", "max_quantity", "tradable", "reference_price"),
    *MARKET_FIELDS,
)
_KEPT = (*FIELDS, "delisted")
"""What a change is told of; `delisted` is changed by `listing_change` alone."""


class InstrumentInvalid(InvalidInput):
    """An instrument's field cannot be stored or does not fit the others."""


class InstrumentChanged(Conflict):
    """Somebody else changed the instrument since it was read."""


def instrument_save(
    *,
    actor: Any,
    symbol: str,
    values: dict[str, Any],
    now: datetime,
    expected_version: int | None = None,
    reason: str = "",
    request_id: str = "",
) -> Instrument:
    """Add an instrument or change the given fields (`FIELDS`) of one; unchanged values leave no trace.

    A change of `MARKET_FIELDS` needs a `reason`. With `expected_version`, raises `InstrumentChanged` when the stored one moved on.
    Raises `Forbidden` and `InstrumentInvalid`. The workers learn tick, lot, largest quantity, band and whether it may be traded from the
    log; another calendar is followed from the scheduler's next look on.
    """
    require(actor, DESK, "save an instrument")
    if not is_symbol(symbol):
        raise InstrumentInvalid("symbol: 1 to 32 capital letters, digits, dots, hyphens or underscores", field="symbol")
    with transaction.atomic():
        row = Instrument.objects.select_for_update(no_key=True).filter(symbol=symbol).first()
        if expected_version is not None and (row.version if row else 0) != expected_version:
            raise InstrumentChanged("somebody else changed this instrument meanwhile: look again, then save", field="version")
        known = row is not None
        row = row or Instrument(symbol=symbol, version=0)
        changed = _change(row, values, known=known)
        if known and not changed:
            return row
        if known and changed.keys() & set(MARKET_FIELDS):
            reason = said(reason)
        row.version += 1
        row.save()
        outbox.publish_control(_control(row, actor, now))
        HouseQuoting.objects.get_or_create(pk=symbol)
        if "calendar" in changed:
            InstrumentSchedule.objects.filter(pk=symbol).update(due_at=None)
        audit.record(
            chain="instruments",
            actor=actor,
            action="instrument_saved",
            object_type="instrument",
            object_id=symbol,
            detail={"version": row.version, "changed": changed, "reason": reason},
            request_id=request_id,
            now=now,
        )
    return row


def _change(row: Instrument, values: dict[str, Any], *, known: bool) -> dict[str, list[Any]]:
    """Give the row its values and check it as a whole; [before, after] of each field that is another now."""
    before = {name: getattr(row, name) for name in _KEPT} if known else {}
    for name, value in values.items():
        setattr(row, name, value)
    _checked(row)
    after = {name: getattr(row, name) for name in _KEPT}
    return {name: [_plain(before.get(name)), _plain(value)] for name, value in after.items() if before.get(name) != value}


def _checked(row: Instrument) -> None:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
        tick, lot, most, price = (to_units(v) for v in (row.tick, row.lot, row.max_quantity, row.reference_price))
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InstrumentInvalid(f"{field}: {messages[0]}", field=field) from None
    except UnitsError as error:
        raise InstrumentInvalid(f"a number is out of range: {error}") from None
    for field, number in (("tick", tick), ("lot", lot), ("max_quantity", most), ("reference_price", price)):
        if number <= 0:
            raise InstrumentInvalid(f"{field}: must be above 0", field=field)
    if row.delisted and row.tradable:
        raise InstrumentInvalid("tradable: the instrument is delisted: relist it first", field="tradable")
    if most % lot:
        raise InstrumentInvalid("max_quantity: must be whole lots", field="max_quantity")
    if row.group != row.group.strip():
        raise InstrumentInvalid("group: no blanks around it", field="group")


def _control(row: Instrument, actor: Any, now: datetime) -> OrderCommand:
    return OrderCommand(
        command=CommandType.INSTRUMENT.value,
        command_id=0,
        id="",
        account="*",
        symbol=row.symbol,
        time=to_microseconds(now),
        user=actor.get_username(),
        attributes={
            "tick": to_units(row.tick),
            "lot": to_units(row.lot),
            "max_quantity": to_units(row.max_quantity),
            "tradable": int(row.tradable),
            "band": 0 if row.band is None else int(row.band * PERCENT),
            "reference": to_units(row.reference_price),
            "jump": jump_of(row.jump),
            "version": row.version,
        },
        details={"currency": row.currency, "group": row.group},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, TradingCalendar):
        return value.code
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
