"""How the house quotes: changed by the desk with a reason, one row and one audit entry a change. The worker reads the rows every second."""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from marketdata.domain.told import Told
from marketdata.models import HouseQuoting, HouseState, Instrument
from marketdata.services import versioned
from marketdata.services.access import DESK, require, said
from marketdata.services.versioned import plain
from oms_site.infra.errors import Conflict, InvalidInput
from schemas.units import UnitsError, from_units, to_units

HOUSE_FIELDS = ("on", "levels", "step", "size", "skew", "max_inventory", "min_spread", "interval_ms")
_TOLD = tuple(field.name for field in HouseState._meta.fields if field.name != "symbol")


class HouseInvalid(InvalidInput):
    """A setting cannot be stored, or does not fit the instrument."""


class HouseChanged(Conflict):
    """Somebody else changed the settings since they were read."""


def house_save(
    *, actor: Any, symbol: str, values: dict[str, Any], expected_version: int, reason: str, now: datetime, request_id: str = ""
) -> HouseQuoting:
    """Change the given settings (`HOUSE_FIELDS`) of one instrument; unchanged values leave no trace.

    Raises `Forbidden`, `HouseInvalid`, and `HouseChanged` when the stored version is another than `expected_version`.
    """
    require(actor, DESK, "change how the house quotes")
    reason = said(reason)
    with transaction.atomic():
        row = _locked([symbol])[0]
        if row.version != expected_version:
            raise HouseChanged("somebody else changed these settings meanwhile: look again, then save", field="version")
        _change(row, values, actor=actor, reason=reason, now=now, request_id=request_id)
    return row


def house_switch(*, actor: Any, symbols: Collection[str], on: bool, reason: str, now: datetime, request_id: str = "") -> list[str]:
    """Turn quoting on or off for many instruments, all or none; the symbols it was otherwise for. Raises `Forbidden` and `HouseInvalid`."""
    require(actor, DESK, "turn the house's quoting on or off")
    reason = said(reason)
    with transaction.atomic():
        rows = _locked(symbols)
        return [row.pk for row in rows if _change(row, {"on": on}, actor=actor, reason=reason, now=now, request_id=request_id)]


def house_told(told: Iterable[Told], *, now: datetime) -> None:
    """Store what the worker tells of its symbols."""
    rows = [
        HouseState(
            told_at=now,
            **one._asdict()
            | {name: from_units(getattr(one, name)) for name in ("inventory", "bid_size", "ask_size")}
            | {name: None if (price := getattr(one, name)) is None else from_units(price) for name in ("bid", "ask")},
        )
        for one in told
    ]
    HouseState.objects.bulk_create(rows, update_conflicts=True, unique_fields=["symbol"], update_fields=_TOLD)


def _locked(symbols: Collection[str]) -> list[HouseQuoting]:
    wanted = sorted(set(symbols))
    known = set(Instrument.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if unknown := [symbol for symbol in wanted if symbol not in known]:
        raise HouseInvalid(f"symbol: no instrument {', '.join(unknown)}", field="symbol")
    HouseQuoting.objects.bulk_create([HouseQuoting(pk=symbol) for symbol in wanted], ignore_conflicts=True)
    rows = HouseQuoting.objects.select_for_update(of=("self",)).select_related("instrument").filter(pk__in=wanted)
    return list(rows.order_by("pk"))


def _change(row: HouseQuoting, values: dict[str, Any], *, actor: Any, reason: str, now: datetime, request_id: str) -> bool:
    return versioned.change(
        *(row, values),
        chain="instruments",
        named="house_quoting",
        refusal=HouseInvalid,
        check=_check,
        told=lambda row: {"settings": {name: plain(getattr(row, name)) for name in HOUSE_FIELDS}},
        actor=actor,
        reason=reason,
        now=now,
        request_id=request_id,
    )


def _check(row: HouseQuoting) -> None:
    """Sizes are whole lots, and no order is too large."""
    instrument = row.instrument
    half = instrument.max_quantity / 2
    for field, most in (("size", half), ("max_inventory", None)):
        value: Decimal | None = getattr(row, field)
        if value is None:
            continue
        try:
            units, lot = to_units(value), to_units(instrument.lot)
        except UnitsError as error:
            raise HouseInvalid(f"{field}: {error}", field=field) from None
        if units <= 0 or units % lot:
            raise HouseInvalid(f"{field}: give whole lots of {plain(instrument.lot)}, or nothing", field=field)
        if most is not None and value > most:
            raise HouseInvalid(f"{field}: {plain(most)} at most, half the largest order of {instrument.pk}", field=field)
