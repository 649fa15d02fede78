"""What is to be done about instructions now: withdraw, net, tell the clearing house, ask the custodian, call what is late a fail.

Run by the clock every few seconds, in bounded steps. What there is to do follows from the rows alone, so twice does it once.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from oms_site.infra.audit import services as audit
from reporting import selectors
from reporting.domain.settlement.table import State
from reporting.models import SettlementObligation, SettlementRules, SettlementStep
from reporting.services.settlement.messages import instructions_send
from reporting.services.settlement.netting import obligations_net
from reporting.services.settlement.rows import obligations_write, steps_write
from reporting.services.settlement.withdrawing import Withdrawn, obligations_withdraw
from schemas.enums import SettlementAction, SettlementReason

MOST = 500
"""Instructions of a kind in one run: orders wait behind them in the outbox."""
_UNMATCHED = (State.INSTRUCTED.value, State.AFFIRMED.value, State.FAILED.value)
_DELIVERABLE = (State.MATCHED.value, State.PARTIAL.value, State.FAILED.value)
_UNSETTLED = (State.INSTRUCTED.value, State.AFFIRMED.value, State.MATCHED.value, State.PARTIAL.value)


class Moved(NamedTuple):
    """How many obligations of a run were withdrawn, asked to be cancelled, netted, told, released, and found late."""

    withdrawn: int = 0
    cancels: int = 0
    netted: int = 0
    told: int = 0
    released: int = 0
    late: int = 0


def settlement_move(*, now: datetime, most: int = MOST) -> Moved:
    """Do what is due by `now`'s date (UTC), at most `most` of each kind; nothing is released before its date."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('settlement', 1))")
        rules = selectors.settlement_rules()
        withdrawn = obligations_withdraw(rules=rules, now=now, most=most)
        done = _done(rules, withdrawn, now, most)
        if any(done):
            audit.record(
                chain="settlement",
                actor=None,
                action="settlement_moved",
                object_type="settlement",
                object_id=now.date().isoformat(),
                detail=done._asdict(),
                request_id="",
                now=now,
            )
    return done


def _done(rules: SettlementRules, withdrawn: Withdrawn, now: datetime, most: int) -> Moved:
    done = Moved(withdrawn=withdrawn.withdrawn, cancels=withdrawn.asked)
    netted = obligations_net(now=now, most=most, held=withdrawn.held) if rules.netting else 0
    if netted:  # what could still be netted must not be told alone: the next run goes on
        return done._replace(netted=netted)
    late = _late(now, most)
    told = [*_untold(rules, withdrawn.held, now.date(), most), *_unanswered(now.date(), most)]
    instructions_send(told, SettlementAction.INSTRUCT, rules=rules, now=now)
    released = _deliverable(now.date(), most)
    instructions_send(released, SettlementAction.RELEASE, rules=rules, now=now)
    return done._replace(told=len(told), released=len(released), late=late)


def _untold(rules: SettlementRules, held: Sequence[str], today: date, most: int) -> list[SettlementObligation]:
    """Where there is netting those whose trade date is over, the oldest, as netting looks at them; and what is due on its own day."""
    rows = SettlementObligation.objects.filter(status=State.INSTRUCTED.value, sent=0).exclude(pk__in=held)
    if not rules.netting:
        return _locked(rows.order_by("trade_date", "id"), most)
    over = _locked(rows.filter(trade_date__lt=today).order_by("trade_date", "id"), most)
    return over + _locked(rows.filter(trade_date=today, settlement_date=F("trade_date")).order_by("id"), most)


def _unanswered(today: date, most: int) -> list[SettlementObligation]:
    """Due and not matched: told again each day."""
    rows = SettlementObligation.objects.filter(status__in=_UNMATCHED, matched=False, sent__gt=0, settlement_date__lte=today)
    return _locked(rows.filter(tried_on__lt=today).order_by("settlement_date", "id"), most)


def _deliverable(today: date, most: int) -> list[SettlementObligation]:
    """Due and matched: asked for at once, and each day again. What is to be cancelled is given its day to be."""
    due = Q(settlement_date__lt=today) | Q(settlement_date=today) & ~Q(cancel="asked")
    rows = SettlementObligation.objects.filter(due, status__in=_DELIVERABLE, matched=True)
    return _locked(rows.filter(Q(released=0) | Q(tried_on__lt=today)).order_by("settlement_date", "id"), most)


def _late(now: datetime, most: int) -> int:
    """What was tried on an earlier day, and whose day is over, has failed."""
    today = now.date()
    rows = _locked(SettlementObligation.objects.filter(status__in=_UNSETTLED, settlement_date__lt=today, tried_on__lt=today), most)
    for row in rows:
        row.status, row.reason, row.updated_at = State.FAILED.value, row.reason or SettlementReason.SILENT.value, now
    obligations_write(rows)
    steps_write(
        [
            SettlementStep(id=f"{row.pk}:overdue.{today}", instruction=row, time=now, source="house", word="overdue", reason=row.reason)
            for row in rows
        ]
    )
    return len(rows)


def _locked(rows: QuerySet[SettlementObligation], most: int) -> list[SettlementObligation]:
    """Those nobody else is at."""
    return list(rows.select_for_update(of=("self",), skip_locked=True)[:most])
