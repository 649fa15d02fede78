"""Every REST route and admin page that tells of accounts, with one's own account and a foreign one: of the foreign one nothing is told."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from marketdata.models import Instrument
from matching.models import Trade
from oms_site.people import VIEW, roles_sync
from orders.models import AccountStream, Execution, Order
from reporting import services as reporting_services
from reporting.domain import books
from reporting.models import CostMethod, Position, SettlementObligation
from risk import services
from risk.domain.roles import Role
from risk.models import Account, AccountExposure, Desk, DeskMember
from schemas.units import ONE
from tests.entitled import entitle
from tests.integration.access.test_every_route import ALLOWED

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
OWN, FOREIGN, THIRD = "ACME-1", "ZEN-1", "HOUSE-LP"
"""The third is seen by those alone who see all."""
ORDERS = {code: f"O0000000{number}-000000" for number, code in enumerate((OWN, FOREIGN, THIRD))}
TELLS_OF_ACCOUNTS = {
    *("accounts", "executions", "ledger/entries", "orders", "pnl", "positions"),
    *("reports/blotter", "reports/cash", "reports/executions", "reports/fails", "reports/fees", "reports/ledger", "reports/limits"),
    *("reports/pnl", "reports/positions", "reports/rejects", "reports/settlement", "reports/trades"),
    *("risk/kill", "risk/kills", "risk/limits", "risk/utilisation", "settlement/instructions", "trades"),
}
"""Lists with rows of accounts."""
OF_ONE_ACCOUNT = {"reports/confirmation", "reports/statement"}
"""Asked for with an account and a date."""
OF_THE_CONTROL_ROOM = {"reports/audit"}
"""Tells of everything, and nobody but the control room is let into it."""
OF_ONE_ORDER = {"orders/<str:order_id>", "orders/<str:order_id>/events"}
TELLS_OF_NO_ACCOUNT = {"alerts", "book/<str:symbol>", "candles/<str:symbol>", "instruments", "quotes", "quotes/<str:symbol>"}
"""Lists of the market, and the desk's, which no trader is let into."""


def _order(code: str) -> None:
    hundred: dict[str, Any] = {"quantity": 100, "entered_quantity": 100, "leaves_quantity": 100, "price": 100, "entered_price": 100}
    kinds = {"side": "buy", "type": "limit", "tif": "day", "status": "new", "working": "new"}
    order = Order.objects.create(id=ORDERS[code], account_id=code, symbol_id="IBM", created_at=NOW, updated_at=NOW, **hundred, **kinds)
    terms = {"symbol": "IBM", "side": "buy", "quantity": 100, "cum_quantity": 1, "leaves_quantity": 99, "cum_notional": 100}
    Execution.objects.create(
        id=f"E-{code}",
        account=code,
        account_seq=1,
        order=order,
        order_seq=1,
        fill_seq=1,
        type="trade",
        status="new",
        last_quantity=1,
        last_price=100,
        trade_id=f"T-{code}",
        liquidity="taker",
        time=NOW,
        **terms,
    )
    refused = {"type": "cancel_rejected", "status": "new", "reason": "order_too_late_to_cancel"}
    Execution.objects.create(id=f"R-{code}", account=code, account_seq=2, order=order, order_seq=2, time=NOW, **refused, **terms)


def _books(code: str, number: int) -> None:
    day = date(2026, 11, 24)
    Position.objects.create(account_id=code, symbol_id="IBM", quantity=1, updated_at=NOW)
    AccountStream.objects.create(account=code, account_seq=2, fill_seq=1)
    AccountExposure.objects.create(account=code, seq=1, open_orders=1, symbols={}, updated_at=NOW)
    Trade.objects.create(
        id=f"T-{code}",
        seq=number + 1,
        symbol_id="IBM",
        quantity=1,
        price=100,
        buy_order=ORDERS[code],
        sell_order=ORDERS[THIRD],
        buy_account=code,
        sell_account=THIRD,
        maker_side="sell",
        time=NOW,
    )
    fill = books.Fill(f"E-{code}", False, ORDERS[code], f"T-{code}", code, "IBM", "buy", ONE, 100 * ONE, "taker", 0)
    reporting_services.books_post(fills=[fill])
    CostMethod.objects.create(account=code, method="fifo", reason="agreed", set_at=NOW)
    for side, status in (("buy", "instructed"), ("sell", "failed")):
        SettlementObligation.objects.create(
            id=f"T-{code}-{side}",
            trade_id=f"T-{code}",
            account_id=code,
            symbol_id="IBM",
            side=side,
            quantity=1,
            amount=100,
            currency="USD",
            trade_date=day,
            settlement_date=day + timedelta(days=1),
            status=status,
            updated_at=NOW,
        )


@pytest.fixture
def house(db: None) -> None:
    """Three accounts, each with an order, a fill, a position, a limit, a kill and what follows from them."""
    roles_sync()
    root = User.objects.create_superuser("root")
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal(100))
    for code in ("OWN", "OTHER"):
        Desk.objects.create(code=code, name=code)
    for number, code in enumerate(ORDERS):
        Account.objects.create(code=code, name=code, desk_id="OWN" if code == OWN else "OTHER")
        _order(code)
        _books(code, number)
        services.limit_set(actor=root, scope="account", key=code, rule="max_position", value=Decimal(100), now=NOW)
        services.kill_set(actor=root, scope="account", key=code, reason="drill", now=NOW)


def client_of(role: Role) -> Client:
    user = User.objects.create_user(f"{role}-person", is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    if role == Role.TRADER:
        entitle(user, OWN)
    if role == Role.SALES:
        DeskMember.objects.create(user=user, desk_id="OWN")
        entitle(user, OWN)
    client = Client()
    client.force_login(user)
    return client


def test_every_route_that_reads_is_of_one_of_these_kinds() -> None:
    assert {path for path, method in ALLOWED if method == "get"} == (
        TELLS_OF_ACCOUNTS | OF_ONE_ORDER | OF_ONE_ACCOUNT | OF_THE_CONTROL_ROOM | TELLS_OF_NO_ACCOUNT
    )


@pytest.mark.parametrize("role", [Role.TRADER, Role.SALES, Role.RISK, Role.VIEWER])
def test_a_list_tells_of_the_accounts_one_sees_and_of_no_other(house, role: Role) -> None:
    client = client_of(role)
    sees_all = role not in {Role.TRADER, Role.SALES}
    for path in sorted(TELLS_OF_ACCOUNTS):
        told = client.get(f"/api/{path}").content.decode()
        assert OWN in told, path
        for code in (FOREIGN, f"T-{FOREIGN}", ORDERS[FOREIGN]):
            assert (code not in told) or sees_all, (path, code)
        assert FOREIGN in told or not sees_all, path
        answer = client.get(f"/api/{path}", {"account": FOREIGN})
        assert answer.status_code in {200, 400}, "a foreign account is no error but nothing is told of it"
        assert FOREIGN not in json.dumps(answer.json().get("results", [])) or sees_all, path


@pytest.mark.parametrize("role", [Role.TRADER, Role.SALES])
def test_a_letter_about_a_foreign_account_is_answered_like_one_about_none(house, role: Role) -> None:
    client = client_of(role)
    for path in sorted(OF_ONE_ACCOUNT):
        own, foreign, unknown = (client.get(f"/api/{path}", {"account": code, "date": "2026-11-24"}) for code in (OWN, FOREIGN, "NOBODY-1"))
        assert (own.status_code, OWN in own.content.decode() or f"T-{OWN}" in own.content.decode()) == (200, True), path
        assert foreign.status_code == unknown.status_code, path
        assert foreign.content.decode().replace(FOREIGN, "NOBODY-1") == unknown.content.decode(), path
    for path in sorted(OF_THE_CONTROL_ROOM):
        assert client.get(f"/api/{path}").status_code == 403


@pytest.mark.parametrize("role", [Role.TRADER, Role.SALES])
def test_a_foreign_order_is_answered_like_one_that_is_not_there(house, role: Role) -> None:
    client = client_of(role)
    calls = [("get", "/api/orders/{}"), ("get", "/api/orders/{}/events"), ("patch", "/api/orders/{}"), ("delete", "/api/orders/{}")]
    for method, path in calls:
        answers = []
        for order in (ORDERS[FOREIGN], "O99999999-000000"):
            body = {"data": json.dumps({"quantity": "1"}), "content_type": "application/json"} if method == "patch" else {}
            answer = getattr(client, method)(path.format(order), **body)
            answers.append((answer.status_code, answer.json()["code"], answer.json()["message"].replace(order, "")))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404
    assert Order.objects.get(pk=ORDERS[FOREIGN]).cancel_requested is False


@pytest.mark.parametrize("role", [Role.TRADER, Role.SALES])
def test_nothing_is_entered_previewed_or_canceled_on_a_foreign_account(house, role: Role) -> None:
    client = client_of(role)
    order = {"account": FOREIGN, "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "1", "price": "100"}
    sent: list[tuple[str, dict[str, Any]]] = [("orders", order), ("orders/preview", order), ("orders/cancel", {"account": FOREIGN})]
    before = Order.objects.count()
    for path, body in sent:
        answer = client.post(f"/api/{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code in {400, 403, 404}, (path, answer.content)
    bulk = client.post("/api/orders/bulk", json.dumps({"orders": [order]}), content_type="application/json").json()
    assert bulk["results"][0]["error"]["code"]
    assert (Order.objects.count(), Order.objects.filter(cancel_requested=True).count()) == (before, 0)


OF_A_PERSON = {"reporting.export"}
"""Seen by who asked for it, whatever the account: tests/integration/reporting/test_exports.py."""
PAGES_OF_TRADERS = [label for label in VIEW[Role.TRADER] if label.split(".")[0] in {"orders", "reporting"} and label not in OF_A_PERSON]


@pytest.mark.parametrize("label", PAGES_OF_TRADERS)
def test_an_admin_page_shows_ones_own_accounts_alone(house, label: str) -> None:
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    name = label.replace(".", "_")
    trader, viewer = client_of(Role.TRADER), client_of(Role.VIEWER)
    column = next(name for name in ("account_id", "account", "owner") if hasattr(model, name))
    own, foreign = (model.objects.filter(**{column: code}).order_by("pk")[0] for code in (OWN, FOREIGN))
    for query in ("", f"?q={FOREIGN}", f"?account={FOREIGN}", f"?account__exact={FOREIGN}"):
        told = trader.get(reverse(f"admin:{name}_changelist") + query, follow=True).content.decode()
        assert str(foreign.pk) not in told or str(foreign.pk).isdigit()
        assert f"/{foreign.pk}/change/" not in told
    for row, shown in ((own, True), (foreign, False)):
        answer = trader.get(reverse(f"admin:{name}_change", args=[row.pk]))
        assert (answer.status_code == 200) == shown
        assert trader.get(reverse(f"admin:{name}_history", args=[row.pk])).status_code == (200 if shown else 302)
        assert viewer.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
