"""Many obligations become one instruction, once the trade date is over: by account, instrument and date."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from reporting import selectors
from reporting.domain.settlement.netting import net_id, netted
from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation
from schemas.units import from_units


def obligations_net(*, now: datetime, most: int, held: Collection[str] = ()) -> int:
    """Net what nobody has been told of and whose trade date is over; how many obligations. Run twice it nets once.

    At most about `most` at once: a group is never cut. One alone stays what it is, `held` ones are left out.
    """
    with transaction.atomic():
        unsent = waiting(now.date()).exclude(pk__in=held)
        found = unsent.values_list("account", "symbol", "currency", "settlement_date")
        keys = sorted(set(found.order_by("trade_date", "id")[:most]))
        done = 0
        for account, symbol, currency, due in keys:
            rows = unsent.filter(account=account, symbol=symbol, currency=currency, settlement_date=due)
            done += _net(list(rows.select_for_update(of=("self",)).order_by("id")), due, now)
    return done


def waiting(today: date) -> QuerySet[SettlementObligation]:
    """Obligations nobody has been told of, of trade dates that are over; what was netted is not among them."""
    return SettlementObligation.objects.filter(trade_date__lt=today, status=State.INSTRUCTED.value, sent=0, trade_id__gt="")


def _net(rows: Sequence[SettlementObligation], due: date, now: datetime) -> int:
    if len(rows) < 2:
        return 0
    terms = netted(selectors.terms_of(row) for row in rows)
    nothing = not (terms.quantity or terms.amount or terms.offset_quantity or terms.offset_amount)
    name = net_id(due, (row.pk for row in rows))
    SettlementObligation.objects.create(
        id=name,
        account_id=terms.account,
        symbol_id=terms.symbol,
        side=terms.side,
        quantity=from_units(terms.quantity),
        amount=from_units(terms.amount, 16),
        currency=terms.currency,
        trade_date=max(row.trade_date for row in rows),
        settlement_date=due,
        status=State.CANCELLED.value if nothing else State.INSTRUCTED.value,
        updated_at=now,
        offset_quantity=from_units(terms.offset_quantity),
        offset_amount=from_units(terms.offset_amount, 16),
    )
    ids = [row.pk for row in rows]
    SettlementObligation.objects.filter(pk__in=ids).update(status=State.NETTED.value, net_id=name, updated_at=now)
    return len(ids)
