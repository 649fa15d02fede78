"""The books when their writer dies at any statement, and when several write at once: the ledger is the one of a day without trouble."""

import threading
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, connection, connections, transaction
from django.db.models import Sum

from marketdata.models import Instrument
from reporting import services
from reporting.domain.books import Fill
from reporting.models import FillFee, JournalEntry, JournalLine, LedgerAccount
from schemas.messages import Execution
from tests.integration.orders.conftest import fill_market
from tests.integration.reporting.test_equality import project
from tests.unit.risk.full_floor import FullFloor

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


@pytest.fixture
def log() -> Sequence[Execution]:
    fill_market()
    Instrument.objects.create(symbol="BAC", name="BAC", reference_price=Decimal(100))
    floor = FullFloor(11)
    for _ in range(250):
        floor.step()
    floor.settle()
    return floor.desk.log


def applied(records: Sequence[Execution]) -> None:
    """Through orders and reporting in one transaction, as the core worker does it."""
    with transaction.atomic():
        project(list(records))


def fills(log: Sequence[Execution]) -> list[Fill]:
    return [fill for record in log if (fill := services.fill_of(record)) is not None]


def books_are_those_of(log: Sequence[Execution]) -> None:
    """Equal to the fold of the log, each balance the sum of its lines, each asset zero in sum."""

    def told(*_: Any) -> Iterator[Sequence[Fill]]:
        yield fills(log)

    assert services.books_compare(log=told).differences == []
    sums = {row["account"]: row["total"] for row in JournalLine.objects.values("account").annotate(total=Sum("amount"))}
    assert {row.pk: row.balance for row in LedgerAccount.objects.all()} == sums
    assert not LedgerAccount.objects.values("asset_type", "asset").annotate(total=Sum("balance")).exclude(total=0).exists()


class Killer:
    """Ends the writer's session at the server before its next statement but so many; says whether it came to that."""

    def __init__(self, after: int) -> None:
        self.left, self.struck = after, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left < 0 and not self.struck:
            self.struck = True
            pid = connection.connection.info.backend_pid
            other = connections.create_connection("default")
            try:
                with other.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            finally:
                other.close()
        return execute(sql, params, many, context)


def killed(after: int, records: Sequence[Execution]) -> bool:
    """Project, and be killed on the way; whether there was still a statement to be killed at."""
    killer = Killer(after)
    try:
        with connection.execute_wrapper(killer):
            applied(records)
    except Error:
        connection.close()
    return killer.struck


def test_a_writer_killed_at_any_statement_leaves_nothing_and_the_next_one_everything(log: Sequence[Execution]) -> None:
    half = len(log) // 2
    applied(log[:half])
    before = JournalEntry.objects.count(), FillFee.objects.count(), JournalLine.objects.count()
    statements = 0
    while killed(statements, log[half:]):
        assert (JournalEntry.objects.count(), FillFee.objects.count(), JournalLine.objects.count()) == before, statements
        statements += 1
    assert statements > 10, "it was killed at each of its statements"
    books_are_those_of(log)
    applied(log)
    books_are_those_of(log)


def test_several_writers_at_once_post_each_fill_once(log: Sequence[Execution]) -> None:
    applied(log)
    posted = fills(log)
    before = JournalEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reporting_journalentry, reporting_journalline, reporting_fillfee, reporting_tradedday CASCADE")
        cursor.execute("UPDATE reporting_ledgeraccount SET balance = 0")
    start, failures = threading.Barrier(AT_ONCE), []

    def write() -> None:
        try:
            start.wait()
            for at in range(0, len(posted), 10):
                with transaction.atomic():
                    services.books_post(fills=posted[at : at + 10])
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(AT_ONCE)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert JournalEntry.objects.count() == before
    books_are_those_of(log)
