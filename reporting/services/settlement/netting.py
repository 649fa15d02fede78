"""Many obligations become one instruction, once the trade date is over: by account, instrument and date."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import QuerySet

from oms_site.infra.postgresql.arrays import columns_text
from reporting import selectors
from reporting.domain.settlement.delivery import Terms
from reporting.domain.settlement.netting import net_id, netted
from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation
from reporting.services.settlement.rows import obligations_netted
from schemas.units import from_units

_MEMBERS = """
SELECT held.id FROM reporting_settlementobligation AS held
JOIN unnest(%s::text[], %s::text[], %s::text[], %s::date[]) AS wanted (account, symbol, currency, due)
    ON (held.account, held.symbol, held.currency, held.settlement_date) = (wanted.account, wanted.symbol, wanted.currency, wanted.due)
WHERE held.status = 'instructed' AND held.sent = 0 AND held.trade_date < %s
"""


def obligations_net(*, now: datetime, most: int, held: Collection[str] = ()) -> int:
    """Net what nobody has been told of and whose trade date is over; how many obligations. Run twice it nets once.

    At most about `most` at once: a group is never cut. One alone stays what it is, `held` ones are left out.
    """
    with transaction.atomic():
        unsent = waiting(now.date()).exclude(pk__in=held)
        found = unsent.values_list("account", "symbol", "currency", "settlement_date")
        keys = sorted(set(found.order_by("trade_date", "id")[:most]))
        if not keys:
            return 0
        rows = unsent.filter(pk__in=_members(keys, now.date())).select_for_update(of=("self",)).order_by("id")
        groups = [list(group) for _, group in groupby(sorted(rows, key=_key), key=_key)]
        return _net([group for group in groups if len(group) > 1], now)


def waiting(today: date) -> QuerySet[SettlementObligation]:
    """Obligations nobody has been told of, of trade dates that are over; what was netted is not among them."""
    return SettlementObligation.objects.filter(trade_date__lt=today, status=State.INSTRUCTED.value, sent=0, trade_id__gt="")


def _members(keys: Sequence[Sequence[object]], today: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS, [*columns_text(keys), today])
        return [row[0] for row in cursor.fetchall()]


def _key(row: SettlementObligation) -> tuple[str, str, str, date]:
    return row.account_id, row.symbol_id, row.currency, row.settlement_date


def _net(groups: Sequence[Sequence[SettlementObligation]], now: datetime) -> int:
    """Each group into an instruction of its own, all of them in two statements; how many obligations."""
    nets, ends = [], []
    for rows in groups:
        net = _row(netted(selectors.terms_of(row) for row in rows), rows, now)
        nets.append(net)
        ends += [(row.pk, net.pk) for row in rows]
    SettlementObligation.objects.bulk_create(nets)
    obligations_netted(ends, now)
    return len(ends)


def _row(terms: Terms, rows: Sequence[SettlementObligation], now: datetime) -> SettlementObligation:
    nothing = not (terms.quantity or terms.amount or terms.offset_quantity or terms.offset_amount)
    return SettlementObligation(
        id=net_id(terms.due, (row.pk for row in rows)),
        account_id=terms.account,
        symbol_id=terms.symbol,
        side=terms.side,
        quantity=from_units(terms.quantity),
        amount=from_units(terms.amount, 16),
        currency=terms.currency,
        trade_date=max(row.trade_date for row in rows),
        settlement_date=terms.due,
        status=State.CANCELLED.value if nothing else State.INSTRUCTED.value,
        updated_at=now,
        offset_quantity=from_units(terms.offset_quantity),
        offset_amount=from_units(terms.offset_amount, 16),
    )
