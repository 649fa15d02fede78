"""The daily statement and the trade confirmation: what they say, and how they read on paper."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.contrib.auth.models import User

from matching import services as matching_services
from tests.integration.orders.conftest import Log
from tests.integration.reporting.conftest import trade
from tests.integration.reporting.test_folds import deliver, lives, record
from tests.integration.reporting.test_money import cash, ops, schedule, second
from tests.integration.reporting.test_rest import client_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
__all__ = ["ops", "second"]
DAY = "account=ACME-1&date=2026-11-24"


@pytest.fixture
def told(trader: User, log: Log, submit: Callable[..., dict[str, Any]]) -> Callable[[str], list[dict[str, Any]]]:
    deliver(*lives(log, submit))
    trades = [trade(1), trade(2, price="182")]
    record(*trades)
    matching_services.trades_record(trades=trades)
    return lambda path: rows(client_of(trader).get(f"/api/reports/{path}"))


def test_a_statement_tells_the_days_fills_the_positions_at_its_end_and_what_is_due(told: Any) -> None:
    lines = told(f"statement?{DAY}")
    parts = [line["part"] for line in lines]
    assert parts == sorted(parts, key=["fill", "fee", "cash", "position", "settlement"].index)
    fills = [line for line in lines if line["part"] == "fill"]
    (position,) = (line for line in lines if line["part"] == "position")
    signed = sum((1 if line["side"] == "buy" else -1) * int(line["quantity"]) for line in fills)
    assert (position["symbol"], position["side"], position["quantity"]) == ("IBM", "short", str(signed))
    assert (position["price"], position["unrealised_pnl"]) == (None, None), "no price is known: none is guessed"
    due = [(line["reference"], line["amount"], line["settlement_date"]) for line in lines if line["part"] == "settlement"]
    assert due == [("T0001-B", "18125", "2026-11-25"), ("T0002-B", "18200", "2026-11-25")]


def test_the_day_before_and_the_day_after_have_no_fills_and_the_day_after_holds_what_was_held(told: Any) -> None:
    assert told("statement?account=ACME-1&date=2026-11-23") == []
    after = told("statement?account=ACME-1&date=2026-11-25")
    (position,) = (line for line in after if line["part"] == "position")
    assert (position["quantity"], position["realised_pnl"]) == ("-50", "0"), "nothing was earned on a day without fills"
    assert not [line for line in after if line["part"] == "fill"]


def test_a_confirmation_tells_each_trade_with_ones_own_order_and_its_settlement(told: Any) -> None:
    first, second = told(f"confirmation?{DAY}")
    assert (first["trade_id"], first["order"], first["side"], first["price"], first["amount"]) == (
        "T0001",
        "O-B1",
        "buy",
        "181.25",
        "18125",
    )
    assert (second["settlement_date"], second["told"]) == ("2026-11-25", "as traded")


@pytest.mark.parametrize("name", ["statement", "confirmation"])
def test_a_letter_is_of_one_account_and_day_and_a_strangers_account_has_none(told: Any, trader: User, name: str) -> None:
    client = client_of(trader)
    for query, field in (("date=2026-11-24", "account"), ("account=ACME-1", "date"), (f"{DAY}&cursor=eA", "cursor")):
        answer = client.get(f"/api/reports/{name}?{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert told(f"{name}?account=ZEN-1&date=2026-11-24") == []
    assert len(told(f"{name}?{DAY}&page_size=1")) == 1


def test_on_paper_a_statement_has_its_parts_its_figures_and_every_line(told: Any, trader: User) -> None:
    answer = client_of(trader).get(f"/api/reports/statement?{DAY}&export=pdf")
    (page,) = pypdf.PdfReader(io.BytesIO(answer.getvalue())).pages
    text = page.extract_text()
    for words in ("Daily statement", "Account ACME-1, Tuesday 24 November 2026", "Fills of the day", "Positions at the end of the day"):
        assert words in text
    for line in told(f"statement?{DAY}"):
        assert (line["reference"] or line["symbol"]) in text
    assert "without a price" in text


def test_a_statement_tells_the_fees_and_what_moved_the_cash(trader: User, ops: User, second: User, log: Log, submit: Any) -> None:
    schedule(ops, second)
    cash(ops, second, "1000")
    deliver(*lives(log, submit))
    lines = rows(client_of(trader).get(f"/api/reports/statement?{DAY}"))
    fees = [Decimal(line["amount"]) for line in lines if line["part"] == "fee"]
    told = {line["status"]: Decimal(line["amount"]) for line in lines if line["part"] == "cash"}
    assert len(fees) == 3
    assert told == {"at the beginning": 0, "brought in": 1000, "fees and taxes": -sum(fees), "at the end": 1000 - sum(fees)}
    after = rows(client_of(trader).get("/api/reports/statement?account=ACME-1&date=2026-11-25"))
    assert [Decimal(line["amount"]) for line in after if line["part"] == "cash"] == [1000 - sum(fees)] * 2
    before = rows(client_of(trader).get("/api/reports/statement?account=ACME-1&date=2026-11-23"))
    assert [Decimal(line["amount"]) for line in before] == [0, 0], "no money was there yet"
