"""Fills into the books, each once; what the database itself refuses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from reporting import services
from reporting.domain.ledger import Cause
from reporting.models import FillFee, JournalEntry, JournalLine, LedgerAccount, TradedDay
from tests.integration.orders.conftest import NOW_US, Log
from tests.integration.reporting.test_corrections import correction
from tests.integration.reporting.test_folds import deliver, lives

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]


def held() -> dict[tuple[str, str, str], Decimal]:
    """Balances that are not zero."""
    rows = LedgerAccount.objects.exclude(balance=0)
    return {(row.owner, row.kind, row.asset): row.balance for row in rows}


def books_prove_themselves() -> None:
    """Balances are the sums of their lines; all of it is zero for each asset; the database has checked every entry."""
    connection.check_constraints()
    sums = {row["account"]: row["total"] for row in JournalLine.objects.values("account").annotate(total=Sum("amount"))}
    assert {row.pk: row.balance for row in LedgerAccount.objects.all()} == sums
    assert not LedgerAccount.objects.values("asset_type", "asset").annotate(total=Sum("balance")).exclude(total=0).exists()


def test_fills_are_owed_until_they_settle(log: Log, submit: Submit) -> None:
    deliver(*lives(log, submit))
    cost = Decimal("181.25") * 40 + Decimal("181.24") * 60
    assert held() == {
        ("ACME-1", "unsettled_receivable", "IBM"): 100,
        ("ACME-1", "unsettled_payable", "USD"): -cost,
        ("ACME-1", "unsettled_receivable", "USD"): 150 * 190,
        ("ACME-1", "unsettled_payable", "IBM"): -150,
        ("@CLEARING", "unsettled_payable", "IBM"): -100,
        ("@CLEARING", "unsettled_receivable", "USD"): cost,
        ("@CLEARING", "unsettled_payable", "USD"): -150 * 190,
        ("@CLEARING", "unsettled_receivable", "IBM"): 150,
    }
    assert list(JournalEntry.objects.order_by("id").values_list("cause", "account", "lines")) == [("trade", "ACME-1", 4)] * 3
    assert list(FillFee.objects.values_list("schedule", "fee", "tax").distinct()) == [(None, 0, 0)]
    assert TradedDay.objects.get().notional == cost + 150 * 190
    books_prove_themselves()


def test_a_repeat_posts_nothing(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    deliver(*records)
    before = held(), list(JournalEntry.objects.values().order_by("id"))
    deliver(*records)
    deliver(records[-1])
    assert (held(), list(JournalEntry.objects.values().order_by("id"))) == before


def test_batches_cut_anywhere_post_the_same(log: Log, submit: Submit) -> None:
    records = lives(log, submit)
    for one in records:
        deliver(one)
    assert JournalEntry.objects.count() == 3
    books_prove_themselves()


def test_a_bust_is_an_entry_that_takes_the_fills_back(log: Log, submit: Submit) -> None:
    *before, first, second, pending, new, sale = lives(log, submit)
    deliver(*before, first, second, pending, new, sale)
    bust = correction(log, first, 0, cum_quantity=60 * 10**8, leaves_quantity=40 * 10**8)
    deliver(bust)
    back = JournalEntry.objects.get(cause=Cause.REVERSAL)
    assert (back.cause_id, back.reverses) == (f"{bust.id}-R", JournalEntry.objects.get(cause_id=first.id).pk)
    assert held()["ACME-1", "unsettled_receivable", "IBM"] == 60
    assert list(FillFee.objects.filter(trade_id=first.trade_id).order_by("entry").values_list("quantity", flat=True)) == [40, -40]
    deliver(bust)
    assert JournalEntry.objects.filter(trade_id=first.trade_id).count() == 2
    books_prove_themselves()


def test_a_correction_in_the_batch_of_its_fill_posts_both(log: Log, submit: Submit) -> None:
    *before, first, second, pending, new, sale = lives(log, submit)
    less = correction(log, first, 10, "181", cum_quantity=70 * 10**8, leaves_quantity=30 * 10**8)
    deliver(*before, first, second, pending, new, sale, less)
    causes = JournalEntry.objects.filter(trade_id=first.trade_id).order_by("id").values_list("cause", flat=True)
    assert list(causes) == ["trade", "reversal", "correction"]
    assert held()["ACME-1", "unsettled_receivable", "IBM"] == 70
    assert TradedDay.objects.get().notional == 10 * 181 + Decimal("181.24") * 60 + 150 * 190
    books_prove_themselves()


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises((IntegrityError, DatabaseError), match=words), transaction.atomic():  # noqa: PT012 - the check belongs to it
        yield
        connection.check_constraints()


@pytest.fixture
def posted(log: Log, submit: Submit) -> JournalEntry:
    deliver(*lives(log, submit))
    connection.check_constraints()
    return JournalEntry.objects.order_by("id")[0]


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


NEW = """
INSERT INTO reporting_journalentry (id, cause, cause_id, account, symbol, order_id, trade_id, lines, time)
VALUES (%s, 'deposit', %s, 'ACME-1', '', '', '', %s, now())
"""
LINE = "INSERT INTO reporting_journalline (entry_id, number, account_id, amount) VALUES (%s, %s, %s, %s)"


def test_the_database_refuses_an_entry_that_does_not_balance(posted: JournalEntry) -> None:
    cash = LedgerAccount.objects.get(owner="ACME-1", kind="unsettled_payable", asset="USD").pk
    bank = LedgerAccount.objects.get(owner="@CLEARING", kind="unsettled_payable", asset="USD").pk
    shares = LedgerAccount.objects.get(owner="@CLEARING", kind="unsettled_payable", asset="IBM").pk
    for other, amount in ((bank, -4), (shares, -5), (0, -5)):
        with refused("zero in sum"):
            sql(NEW, 10**9, "X", 2)
            sql(f"{LINE}, (%s, %s, %s, %s)", 10**9, 1, cash, 5, 10**9, 2, other, amount)
    with refused("zero in sum"):
        sql(NEW, 10**9, "X", 2)
        sql(NEW, 10**9 + 1, "Y", 2)
        sql(f"{LINE}, (%s, %s, %s, %s)", 10**9, 1, cash, 5, 10**9 + 1, 1, bank, -5)
    with refused("has all its lines"):
        sql(NEW, 10**9, "X", 2)
    with transaction.atomic():
        sql(NEW, 10**9, "X", 2)
        sql(f"{LINE}, (%s, %s, %s, %s)", 10**9, 1, cash, 5, 10**9, 2, bank, -5)
        connection.check_constraints()
    assert JournalEntry.objects.get(cause_id="X").postings.count() == 2


def test_the_database_refuses_lines_that_are_written_one_by_one_or_not_all(posted: JournalEntry) -> None:
    cash = LedgerAccount.objects.get(owner="ACME-1", kind="unsettled_payable", asset="USD").pk
    bank = LedgerAccount.objects.get(owner="@CLEARING", kind="unsettled_payable", asset="USD").pk
    with refused("written together"):
        sql(NEW, 10**9, "X", 2)
        sql(LINE, 10**9, 1, cash, 5)
    with refused("has all its lines"):
        sql(NEW, 10**9, "X", 4)
        sql(f"{LINE}, (%s, %s, %s, %s)", 10**9, 1, cash, 5, 10**9, 2, bank, -5)


def test_the_database_refuses_a_line_more_even_when_the_entry_was_found_balanced(posted: JournalEntry) -> None:
    cash = LedgerAccount.objects.filter(asset="USD")[0].pk
    for number in (0, posted.lines + 1):
        with refused("says it has it"):
            sql(LINE, posted.pk, number, cash, 5)
    with refused("says it has it"):
        sql(LINE, 10**9, 1, cash, 5)
    with refused("reporting_journalline_pkey"):
        sql(LINE, posted.pk, 1, cash, 5)


@pytest.mark.parametrize("table", ["journalentry", "journalline", "fillfee"])
def test_the_database_refuses_to_change_what_was_posted(posted: JournalEntry, table: str) -> None:
    column = {"journalentry": "account", "journalline": "amount", "fillfee": "fee"}[table]
    with refused("stays as it was"):
        sql(f"UPDATE reporting_{table} SET {column} = {column}")
    with refused("stays as it was"):
        sql(f"DELETE FROM reporting_{table}")
    with refused("stays as it was"):
        sql("SET LOCAL oms.truncate = ''")
        sql(f"TRUNCATE reporting_{table} CASCADE")


def test_a_ledger_account_stays_what_it_is(posted: JournalEntry) -> None:
    with refused("stays whose and what it is"):
        sql("UPDATE reporting_ledgeraccount SET owner = 'ZEN-1'")
    with refused("never deleted"):
        sql("DELETE FROM reporting_ledgeraccount")


def test_the_same_cause_posts_once(posted: JournalEntry) -> None:
    with refused("journal_cause_once"):
        sql(NEW.replace("'deposit'", "'trade'"), 10**9, posted.cause_id, 2)


def test_what_no_one_told_of_is_not_booked(log: Log, submit: Submit) -> None:
    *_, first, _, _, _, _ = lives(log, submit)
    unknown = services.fill_of(correction(log, first, 0, time=NOW_US))
    assert unknown is not None
    with pytest.raises(KeyError):
        services.books_post(fills=[unknown])
    assert not JournalEntry.objects.exists()
