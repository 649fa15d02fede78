"""The books made anew are the stored ones; what was tampered with is told, what is missing posted. And profit and loss by REST."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client

from reporting import services
from reporting.services.books import rebuild
from schemas.units import ONE
from tests.integration.orders.conftest import Log
from tests.integration.reporting.conftest import quote
from tests.integration.reporting.test_corrections import correction
from tests.integration.reporting.test_folds import deliver, lives
from tests.integration.reporting.test_money import cash, ops, schedule, second

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


def test_profit_and_loss_is_summed_in_the_currency_asked_for(log_of_fills: None, trader: User) -> None:
    client = Client()
    client.force_login(trader)
    (row,) = client.get("/api/pnl").json()["results"]
    assert (row["unrealised_pnl"], row["missing"]) == (None, ["price of IBM"])
    quote("IBM", "189", "190")
    cost = 10 * Decimal(181) + 60 * Decimal("181.24")
    for by, key in (("account", "ACME-1"), ("desk", "-"), ("firm", "firm"), ("instrument", "IBM")):
        (row,) = client.get(f"/api/pnl?by={by}&method=fifo").json()["results"]
        assert (row["key"], Decimal(row["unrealised_pnl"])) == (key, 70 * Decimal("189.5") - cost)
        assert Decimal(row["fees"]) == Decimal("6.44")
    (row,) = client.get("/api/pnl?currency=EUR").json()["results"]
    assert (row["realised_pnl"], row["missing"][-1]) == (None, "rate of USD")
    for query, field in (("by=moon", "by"), ("method=lifo", "method"), ("currency=usd", "currency")):
        answer = client.get(f"/api/pnl?{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)
