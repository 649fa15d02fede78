"""How settlement works: rules, days of an instrument, calendars of currencies. Changed by the desk with a reason, each change audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from marketdata.models import Instrument, TradingCalendar
from marketdata.services import versioned
from oms_site.infra.errors import Conflict, InvalidInput
from reporting.models import CurrencyCalendar, SettlementCycle, SettlementRules
from reporting.services.settlement.access import SETTLEMENT_DESK, require, said

RULE_FIELDS = ("netting", "penalty_bps", "buy_in_days", "seed", "fail", "late", "partial", "mismatch")


class RulesInvalid(InvalidInput):
    """A value cannot be stored."""


class RulesChanged(Conflict):
    """Somebody else changed them since they were read."""


def rules_save(
    *, actor: Any, values: Mapping[str, Any], expected_version: int, reason: str, now: datetime, request_id: str = ""
) -> SettlementRules:
    """Change the given rules (`RULE_FIELDS`); unchanged values leave no trace. What was told before goes by what it was told.

    Raises `Forbidden`, `RulesInvalid`, and `RulesChanged` when the stored version is another than `expected_version`.
    """
    require(actor, SETTLEMENT_DESK, "change the rules of settlement")
    text = said(reason)
    with transaction.atomic():
        SettlementRules.objects.bulk_create([SettlementRules(pk=1)], ignore_conflicts=True)
        row = SettlementRules.objects.select_for_update().get(pk=1)
        if row.version != expected_version:
            raise RulesChanged("somebody else changed the rules meanwhile: look again, then save", field="version")
        _change(row, {name: values[name] for name in RULE_FIELDS if name in values}, actor, text, now=now, request_id=request_id)
    return row


def cycle_set(*, actor: Any, symbol: str, days: int, reason: str, now: datetime, request_id: str = "") -> SettlementCycle:
    """Let an instrument's trades settle on T+`days` from now on. Raises `Forbidden`, `RulesInvalid`."""
    require(actor, SETTLEMENT_DESK, "change when an instrument settles")
    text = said(reason)
    with transaction.atomic():
        if not Instrument.objects.filter(pk=symbol).exists():
            raise RulesInvalid(f"instrument: there is no {symbol}", field="instrument")
        SettlementCycle.objects.bulk_create([SettlementCycle(pk=symbol)], ignore_conflicts=True)
        row = SettlementCycle.objects.select_for_update().get(pk=symbol)
        _change(row, {"days": days}, actor, text, now=now, request_id=request_id)
    return row


def currency_calendar_set(
    *, actor: Any, currency: str, calendar: str, reason: str, now: datetime, request_id: str = ""
) -> CurrencyCalendar:
    """Let a currency be paid on the business days of a calendar, for trades from now on. Raises `Forbidden`, `RulesInvalid`."""
    require(actor, SETTLEMENT_DESK, "change when a currency is paid")
    text = said(reason)
    with transaction.atomic():
        if not TradingCalendar.objects.filter(pk=calendar).exists():
            raise RulesInvalid(f"calendar: there is no {calendar}", field="calendar")
        row = CurrencyCalendar.objects.select_for_update().filter(pk=currency).first() or CurrencyCalendar(pk=currency, version=0)
        _change(row, {"calendar_id": calendar}, actor, text, now=now, request_id=request_id)
    return row


def _change(row: Any, values: Mapping[str, Any], actor: Any, reason: str, *, now: datetime, request_id: str) -> None:
    told: dict[str, Any] = {"actor": actor, "reason": reason, "now": now, "request_id": request_id}
    versioned.change(row, values, chain="settlement", named=str(row._meta.model_name), refusal=RulesInvalid, **told)
