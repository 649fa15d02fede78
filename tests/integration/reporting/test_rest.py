"""Positions, reports and settlement by REST: scoped, paged, exported."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from matching import services as matching_services
from reporting import services
from reporting.models import SettlementObligation
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW, quote, trade
from tests.integration.reporting.test_folds import deliver, lives, record

pytestmark = pytest.mark.django_db
Submit = Callable[..., dict[str, Any]]


def client_of(user: User) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return client


@pytest.fixture
def client(trader: User) -> APIClient:
    return client_of(trader)


@pytest.fixture
def stranger(market: None) -> APIClient:
    return client_of(person("trader2", Role.TRADER, "ZEN-1"))


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def table(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def test_positions_are_valued_at_the_newest_good_quote(client: APIClient, log: Log, submit: Submit) -> None:
    deliver(*lives(log, submit))
    (row,) = rows(client.get("/api/positions"))
    assert (row["quantity"], row["mark_price"], row["unrealised_pnl"]) == ("-50", None, None)
    quote("IBM", "189", "190")
    (row,) = rows(client.get("/api/positions?account=ACME-1&symbol=IBM"))
    assert (row["mark_price"], row["unrealised_pnl"], row["market_value"]) == ("189.5", "25", "-9475")
    assert rows(client.get("/api/positions?symbol=EURUSD")) == []


def test_a_stranger_sees_no_position_and_no_instruction(client: APIClient, log: Log, submit: Submit) -> None:
    deliver(*lives(log, submit))
    record(trade(1, buyer="ACME-1", seller="HOUSE-LP"))
    stranger = client_of(person("trader2", Role.TRADER, "ZEN-1"))
    for path in ("/api/positions", "/api/settlement/instructions", "/api/reports/positions", "/api/positions?account=ACME-1"):
        assert rows(stranger.get(path)) == []
    assert len(rows(client.get("/api/settlement/instructions"))) == 1


def test_instructions_are_filtered_and_paged(client: APIClient) -> None:
    record(*(trade(index) for index in range(1, 6)))
    services.obligations_settle(now=NOW)
    SettlementObligation.objects.filter(trade_id="T0001").update(status="failed")
    path = "/api/settlement/instructions"
    assert [row["id"] for row in rows(client.get(path))] == ["T0005-B", "T0004-B", "T0003-B", "T0002-B", "T0001-B"]
    assert [row["id"] for row in rows(client.get(f"{path}?status=failed"))] == ["T0001-B"]
    assert rows(client.get(f"{path}?settlement_date=2026-11-26")) == []
    (row,) = rows(client.get(f"{path}?settlement_date=2026-11-25&page_size=1"))
    assert row | {"updated_at": ""} == {
        "id": "T0005-B",
        "trade_id": "T0005",
        "account": "ACME-1",
        "symbol": "IBM",
        "side": "buy",
        "quantity": "100",
        "amount": "18125",
        "currency": "USD",
        "trade_date": "2026-11-24",
        "settlement_date": "2026-11-25",
        "status": "matched",
        "revision": 0,
        "reversal": False,
        "updated_at": "",
    }


def test_the_report_of_trades_is_the_same_on_screen_and_as_a_file(client: APIClient) -> None:
    matching_services.trades_record(trades=[trade(1), trade(2, buyer="ZEN-1", seller="HOUSE-LP"), trade(3, seller="ACME-1", buyer="ZEN-1")])
    shown = rows(client.get("/api/reports/trades"))
    assert [row["id"] for row in shown] == ["T0003", "T0001"]
    assert (shown[1]["amount"], shown[1]["currency"], shown[1]["buy_order"], shown[1]["sell_order"]) == ("18125", "USD", "O-B1", None)
    exported = table(client.get("/api/reports/trades?export=csv"))
    assert exported == [{name: value or "" for name, value in row.items()} for row in shown]
    assert table(client.get("/api/reports/trades?export=csv&symbol=EURUSD")) == []
    assert rows(client.get("/api/reports/trades?to=2026-11-24")) == []
    assert len(rows(client.get("/api/reports/trades?account=ACME-1&from=2026-11-24"))) == 2


def test_the_report_of_positions_is_the_same_on_screen_and_as_a_file(client: APIClient, log: Log, submit: Submit) -> None:
    deliver(*lives(log, submit))
    shown = rows(client.get("/api/reports/positions"))
    exported = table(client.get("/api/reports/positions?export=csv"))
    assert exported == [{name: "" if value is None else str(value) for name, value in row.items()} for row in shown]
    assert exported[0]["quantity"] == "-50", "a number keeps its sign"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/positions?x=1", "x"),
        ("/api/positions?page_size=0", "page_size"),
        ("/api/positions?cursor=zz", "cursor"),
        ("/api/settlement/instructions?status=open", "status"),
        ("/api/settlement/instructions?settlement_date=tomorrow", "settlement_date"),
        ("/api/reports/trades?export=exe", "export"),
        ("/api/reports/trades?export=csv&page_size=5", "page_size"),
        ("/api/reports/trades?from=2026-13-01", "from"),
        ("/api/reports/positions?from=2026-11-01", "from"),
    ],
)
def test_a_bad_query_is_refused_and_named(client: APIClient, path: str, field: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


@pytest.mark.parametrize("path", ["/api/positions", "/api/reports/trades", "/api/reports/positions", "/api/settlement/instructions"])
def test_nobody_gets_in_without_logging_in_and_nobody_writes(client: APIClient, path: str) -> None:
    assert APIClient().get(path).status_code == 401
    assert client.post(path).status_code == 405


def test_a_report_there_is_not_is_404(client: APIClient) -> None:
    assert client.get("/api/reports/horoscope").status_code == 404
