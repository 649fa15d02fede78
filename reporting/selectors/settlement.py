"""Reads of settlement: instructions as the domain computes with them and as REST tells them, their steps, what has failed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When

from oms_site.infra.rest import decimal_text, timestamp
from reporting.domain.objects import wide_units
from reporting.domain.settlement.delivery import Terms, accrued, share
from reporting.domain.settlement.fold import Life
from reporting.domain.settlement.table import State
from reporting.models import JournalEntry, SettlementObligation, SettlementRules, SettlementStep
from risk import selectors as risk_selectors
from schemas.units import from_units, to_units

AGES = (("1", 1), ("2-3", 3), ("4-7", 7), ("8+", 10**6))
"""Classes of ageing, in calendar days after the due date, and the last day of each."""
_RATE = 10_000
"""Units of 1e-8 in a basis point."""


def settlement_rules() -> SettlementRules:
    """The rules in force: the row, or its defaults."""
    return SettlementRules.objects.filter(pk=1).first() or SettlementRules(pk=1)


def penalty_rate(rules: SettlementRules) -> int:
    """A day's part of the cash, in 1e-8."""
    return int(rules.penalty_bps * _RATE)


def terms_of(row: SettlementObligation) -> Terms:
    """What is to be delivered. What takes a trade back was booked under the other side's kinds."""
    quantity, amount = to_units(row.quantity), wide_units(row.amount)
    offsets = (-quantity, -amount) if row.reversal else (to_units(row.offset_quantity), wide_units(row.offset_amount))
    return Terms(row.account_id, row.symbol_id, row.currency, row.side, quantity, amount, row.settlement_date, *offsets, row.trade_id)


def life_of(row: SettlementObligation) -> Life:
    """Where it stands."""
    return Life(State(row.status), to_units(row.settled_quantity), row.deliveries, row.matched, row.reason, row.fault)


def obligations_visible(actor: Any) -> QuerySet[SettlementObligation]:
    """Settlement instructions of the accounts the actor may see."""
    return SettlementObligation.objects.filter(account__in=risk_selectors.visible_accounts(actor))


def fails_open() -> QuerySet[SettlementObligation]:
    """What was not settled on its day."""
    return SettlementObligation.objects.filter(status=State.FAILED.value)


def fails_by_age(today: date) -> dict[str, int]:
    """How many are open in each class of `AGES`."""
    whens = [When(settlement_date__gte=today - timedelta(days=last), then=Value(name)) for name, last in AGES[:-1]]
    aged = fails_open().annotate(age=Case(*whens, default=Value(AGES[-1][0]), output_field=CharField()))
    counted = dict(aged.values_list("age").annotate(number=Count("id")).order_by())
    return {name: counted.get(name, 0) for name, _ in AGES}


def steps_of(row: SettlementObligation) -> QuerySet[SettlementStep]:
    """Its timeline, oldest first."""
    return row.steps.select_related("actor").order_by("time", "id")


def entries_of_instruction(row: SettlementObligation) -> QuerySet[JournalEntry]:
    """Journal entries of what has moved of it."""
    return JournalEntry.objects.filter(cause="settlement", cause_id__in=[f"{row.pk}/{number}" for number in range(1, row.deliveries + 1)])


def members_of(row: SettlementObligation) -> QuerySet[SettlementObligation]:
    """What was netted into it."""
    return SettlementObligation.objects.filter(net_id=row.pk).exclude(net_id="")


def days_open(row: SettlementObligation, today: date) -> int:
    """Calendar days after its due date, while it is open."""
    return 0 if row.status in ENDED else max((today - row.settlement_date).days, 0)


ENDED = frozenset({State.SETTLED.value, State.CANCELLED.value, State.NETTED.value})


def penalty_accrued(row: SettlementObligation, today: date, rules: SettlementRules) -> int:
    """What the lateness of what is open would cost the account if it were delivered today, in 1e-16."""
    terms, settled = terms_of(row), to_units(row.settled_quantity)
    left = terms.amount - (share(terms.amount, settled, terms.quantity, 1) if settled else 0)
    return accrued(terms, left, days_open(row, today), row.fault, penalty_rate(rules))


def obligation_told(row: SettlementObligation, now: datetime) -> dict[str, Any]:
    """An instruction as REST tells it."""
    return {
        "id": row.id,
        "trade_id": row.trade_id or None,
        "account": row.account_id,
        "symbol": row.symbol_id,
        "side": row.side,
        "quantity": decimal_text(row.quantity),
        "amount": decimal_text(row.amount),
        "currency": row.currency,
        "trade_date": row.trade_date.isoformat(),
        "settlement_date": row.settlement_date.isoformat(),
        "status": row.status,
        "revision": row.revision,
        "reversal": row.reversal,
        "settled_quantity": decimal_text(row.settled_quantity),
        "settled_amount": decimal_text(row.settled_amount),
        "days_late": days_open(row, now.date()),
        "reason": row.reason or None,
        "owner": None if row.owner is None else row.owner.get_username(),
        "penalties": decimal_text(row.penalties),
        "net_id": row.net_id or None,
        "updated_at": timestamp(row.updated_at),
    }


def open_quantity(row: SettlementObligation) -> Decimal:
    """What has not moved yet."""
    return from_units(to_units(row.quantity) - to_units(row.settled_quantity))


def taken_back(rows: Iterable[SettlementObligation]) -> dict[str, SettlementObligation]:
    """By the id of what takes a trade back: what it takes back, where that is known."""
    wanted = {(row.trade_id, row.account_id, row.revision - 1): row.pk for row in rows}
    places = Q(pk="")
    for trade_id, account, revision in wanted:
        places |= Q(trade_id=trade_id, account=account, revision=revision, reversal=False)
    found = SettlementObligation.objects.select_for_update(of=("self",)).filter(places).order_by("id")
    return {wanted[row.trade_id, row.account_id, row.revision]: row for row in found}
