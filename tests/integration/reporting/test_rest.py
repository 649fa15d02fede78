"""Positions, reports and settlement by REST: scoped, paged, exported."""

import base64
import csv
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pypdf
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from matching import services as matching_services
from reporting.files.cells import neutral
from reporting.models import SettlementObligation
from reporting.reports.definition import Kind
from reporting.reports.table import REPORTS
from risk import services as risk_services
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW, quote, trade
from tests.integration.reporting.test_folds import deliver, lives, record

pytestmark = pytest.mark.django_db
Submit = Callable[..., dict[str, Any]]
NEED_MORE = {"statement", "confirmation"}
"""Of one account and day: tested on their own."""


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
    text = answer.getvalue().decode()
    assert answer["Content-Length"] == str(len(text.encode()))
    return list(csv.DictReader(io.StringIO(text, newline="")))


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
        "status": "instructed",
        "revision": 0,
        "reversal": False,
        "settled_quantity": "0",
        "settled_amount": "0",
        "days_late": row["days_late"],
        "reason": None,
        "owner": None,
        "penalties": "0",
        "net_id": None,
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


def test_rejects_come_by_their_time_whoever_refused(client: APIClient, log: Log, submit: Submit) -> None:
    first, second = submit(), submit()
    begun = log.step(first, "pending_new"), log.step(first, "new"), log.step(first, "cancel_rejected", reason="unknown_order")
    deliver(*begun, log.step(second, "rejected", prefix="E", leaves_quantity=0, reason="risk_max_notional"))
    shown, path = [], "/api/reports/rejects?page_size=1"
    while path:
        answer = client.get(path)
        shown += [row["type"] for row in rows(answer)]
        path = answer.json()["next"]
    assert shown == ["rejected", "cancel_rejected"], "the newest first, though its id comes before"
    for text in (b"zz", b"2026-11-24~E1", b"zz~E1"):
        cursor = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
        assert client.get(f"/api/reports/rejects?cursor={cursor}").json()["field"] == "cursor"


@pytest.mark.parametrize("name", sorted(set(REPORTS) - NEED_MORE))
def test_every_report_is_the_same_on_screen_and_as_a_file(market: None, log: Log, submit: Submit, name: str) -> None:
    deliver(*lives(log, submit))
    record(*(trade(index) for index in range(1, 4)))
    matching_services.trades_record(trades=[trade(index) for index in range(1, 4)])
    quote("IBM", "189", "190")
    SettlementObligation.objects.filter(trade_id="T0001").update(status="failed")
    limit = {"scope": "account", "key": "ACME-1", "rule": "max_open_orders", "value": Decimal(5)}
    risk_services.limit_set(actor=person("risk1", Role.RISK), now=NOW, **limit)
    desk = client_of(person("ops1", Role.OPERATIONS))
    shown, path = [], f"/api/reports/{name}?page_size=2"
    while path:
        answer = desk.get(path)
        shown += rows(answer)
        path = answer.json()["next"]
    assert shown or name in {"rejects", "fails", "cash", "ledger", "fees"}
    columns = REPORTS[name].columns
    kinds = {column.name: column.kind for column in columns}
    texts = [{key: _text(value, kinds[key]) for key, value in row.items()} for row in shown]
    exported = table(desk.get(f"/api/reports/{name}?export=csv"))
    assert [dict(row) for row in exported] == texts
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"/api/reports/{name}?export=xlsx").getvalue())).active
    assert book.max_row == len(shown) + 1
    paper = desk.get(f"/api/reports/{name}?export=pdf")
    digest = hashlib.sha256(desk.get(f"/api/reports/{name}?export=csv").getvalue()).hexdigest()
    assert digest in pypdf.PdfReader(io.BytesIO(paper.getvalue())).pages[0].extract_text()


def _text(value: Any, kind: Kind) -> str:
    """As the file has it: a text of ours that looks like a formula (`@CLEARING`) is neutral too."""
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return neutral(text) if kind is Kind.TEXT else text


def test_an_export_is_narrowed_as_the_screen_is(client: APIClient, log: Log, submit: Submit) -> None:
    deliver(*lives(log, submit))
    for query in ("side=buy", "status=filled", "symbol=EURUSD", "account=ZEN-1", "from=2026-11-24&to=2026-11-25", "from=2026-11-25"):
        shown = [row["id"] for row in rows(client.get(f"/api/reports/blotter?{query}"))]
        assert [row["id"] for row in table(client.get(f"/api/reports/blotter?{query}&export=csv"))] == shown
    assert rows(client.get("/api/reports/blotter?from=2026-11-24&to=2026-11-25"))


def test_the_audit_log_is_for_the_control_room(client: APIClient) -> None:
    answer = client.get("/api/reports/audit?export=csv")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_pdf_nobody_would_read_is_refused_before_it_is_made(client: APIClient, log: Log, submit: Submit, monkeypatch: Any) -> None:
    deliver(*lives(log, submit))
    monkeypatch.setattr("reporting.files.making.PDF_ROWS", 0)
    answer = client.get("/api/reports/blotter?export=pdf")
    assert (answer.status_code, answer.json()["field"]) == (400, "export")
    assert "csv or xlsx" in answer.json()["message"]


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
        ("/api/reports/trades?cursor=zz", "cursor"),
        ("/api/reports/blotter?status=open", "status"),
        ("/api/reports/settlement?settlement_date=2026-02-30", "settlement_date"),
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
