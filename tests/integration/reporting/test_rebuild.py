"""The books made anew are the stored ones; what was tampered with is told, what is missing posted."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from oms_site.infra.bus.models import ConsumedOffset
from reporting import services
from reporting.domain.ledger import Cause, Deal, Entry, settled_lines
from reporting.models import JournalEntry
from reporting.services.books import rebuild, settled
from reporting.services.books import rows as book_rows
from schemas.messages import SettlementAdvice
from schemas.units import ONE
from tests.integration.orders.conftest import Log
from tests.integration.reporting.conftest import NOW
from tests.integration.reporting.settling import rules, settle
from tests.integration.reporting.test_corrections import correction
from tests.integration.reporting.test_folds import deliver, lives
from tests.integration.reporting.test_money import cash, ops, schedule, second
from tests.integration.reporting.test_settlement import traded

pytestmark = pytest.mark.usefixtures("transactional_db", "market")
__all__ = ["ops", "second"]
Submit = Callable[..., dict[str, Any]]


@pytest.fixture
def log_of_fills(log: Log, submit: Submit, ops: User, second: User, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule(ops, second)
    cash(ops, second, "1000")
    *before, first, later, pending, new, sale = lives(log, submit)
    less = correction(log, first, 10, "181", cum_quantity=70 * ONE, leaves_quantity=30 * ONE)
    records = [*before, first, later, pending, new, sale, less, correction(log, sale, 0, cum_quantity=0, leaves_quantity=150 * ONE)]
    with transaction.atomic():
        deliver(*records)
    fills = [fill for record in records if (fill := services.fill_of(record)) is not None]
    monkeypatch.setattr(rebuild, "_fills", lambda offsets, done, tell: [fills])


def test_what_is_made_anew_is_what_is_stored(log_of_fills: None) -> None:
    done = services.books_compare()
    assert (done.differences, done.entries) == ([], 7)  # a deposit, three fills, a correction's two, a bust


def test_a_delivery_that_no_house_told_of_is_told(log_of_fills: None) -> None:
    deal = Deal("ACME-1", "IBM", "USD", "buy", 40 * ONE, 40 * 181 * ONE * ONE)
    with transaction.atomic():
        (number,) = book_rows.entry_numbers(1)
        book_rows.entries_copy([Entry(number, Cause.SETTLEMENT, "I1/1", "ACME-1", "IBM", "", "", 1, settled_lines(deal))])
    assert services.books_compare().differences[0] == "ACME-1: 8 entries stored, 7 by the log"


def test_what_was_tampered_with_is_told(log_of_fills: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_ledgeraccount SET balance = balance + 1 WHERE owner = '@TAX' OR owner = '@FIRM' AND kind = 'fees'")
        cursor.execute("UPDATE reporting_position SET realised_pnl = realised_pnl + 1")
    told = services.books_compare().differences
    assert [difference.split(":")[0] for difference in told] == ["@FIRM fees currency USD", "position ACME-1 IBM"]


def test_what_is_missing_is_posted_and_the_rest_left(log_of_fills: None) -> None:
    before = services.books_compare()
    assert services.books_complete().entries == 0
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reporting_journalentry, reporting_journalline, reporting_fillfee, reporting_tradedday CASCADE")
        cursor.execute("UPDATE reporting_ledgeraccount SET balance = 0")
    assert services.books_compare().differences
    assert services.books_complete().entries == before.entries
    assert services.books_compare().differences == []


def test_what_has_settled_in_parts_late_and_netted_is_made_anew(log: Log, submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    rules(netting=True, fail=40, partial=60, late=30, seed=5, penalty_bps=Decimal(3))
    fills = traded(log, submit)
    heard: list[SettlementAdvice] = []
    told = [one for day in range(12) for one in settle(NOW + timedelta(days=day), heard=heard)]
    logs: dict[str, list[Any]] = {"settlement.instructions": told, "settlement.status": [*heard, *heard[-2:]]}
    monkeypatch.setattr(rebuild, "_fills", lambda offsets, done, tell: [[services.fill_of(fill) for fill in fills]])
    monkeypatch.setattr(settled, "messages", lambda topic, partition, end: iter(logs[topic]))
    ConsumedOffset.objects.create(group="core", topic="settlement.status", partition=0, offset=len(heard), updated_at=NOW)
    assert services.books_compare().differences == []
    parts = JournalEntry.objects.filter(cause="settlement").count()
    assert parts > 1, "the seed has it come in parts"
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reporting_journalentry, reporting_journalline, reporting_fillfee, reporting_tradedday CASCADE")
        cursor.execute("UPDATE reporting_ledgeraccount SET balance = 0")
    assert services.books_complete().entries == 3 + parts
    assert services.books_compare().differences == []
    logs["settlement.status"].pop(0)
    logs["settlement.status"] = [one for one in logs["settlement.status"] if one.status != "settled"]
    assert services.books_compare().differences
