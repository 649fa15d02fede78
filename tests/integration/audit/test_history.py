"""Pages of histories: of one row in the order of time, and of everything under one id; each person sees what is his or hers to see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from marketdata.models import Instrument
from oms_site.infra.audit import services as audit
from oms_site.infra.tracking.context import acting
from oms_site.people import roles_sync
from orders.models import Execution, Order
from risk.domain.roles import Role
from risk.models import Account
from risk.services import account_save
from tests.entitled import entitle
from tests.integration.audit.outside import sql

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ORDER = "/admin/orders/order/O1/history/"
ACCOUNT = "/admin/risk/account/ACME-1/history/"
CHAIN = "/admin/tracking/outsideedit/chain/request-of-1/"
CONTROL = {Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN}
PAGES = {
    ORDER: set(Role),
    ACCOUNT: CONTROL | {Role.VIEWER},
    CHAIN: CONTROL,
    "/admin/tracking/outsideedit/": CONTROL,
    "/admin/tracking/outsideedit/add/": set(),
}


@pytest.fixture
def client_of(db: None):
    roles_sync()
    root = User.objects.create_superuser("root")
    with acting("POST /api/orders", request_id="request-of-1", user=root.pk):
        account_save(actor=root, code="ACME-1", name="Acme", now=NOW, request_id="request-of-1")
        account_save(actor=root, code="ZEN-1", name="Zen", now=NOW, request_id="request-of-2")
        Instrument.objects.create(symbol="IBM", name="IBM", reference_price=100)
        for order, account in (("O1", "ACME-1"), ("O2", "ZEN-1")):
            _order(root, order, account)

    def make(role: Role) -> Client:
        user = User.objects.create_user(f"{role}-person", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        if role in {Role.TRADER, Role.SALES}:
            entitle(user, "ACME-1")
        client = Client()
        client.force_login(user)
        return client

    return make


def _order(root: User, order: str, account: str) -> None:
    amounts: dict[str, Any] = {"quantity": 100, "entered_quantity": 100, "leaves_quantity": 100}
    kinds = {"side": "buy", "type": "market", "tif": "day", "status": "new", "working": "new", "request_id": "request-of-1"}
    Order.objects.create(id=order, account_id=account, symbol_id="IBM", created_at=NOW, updated_at=NOW, **amounts, **kinds)
    with transaction.atomic():
        audit.record(
            chain=account,
            actor=root,
            action="order_entered",
            object_type="order",
            object_id=order,
            detail={"quantity": "100"},
            request_id="request-of-1",
            now=NOW,
        )
    for number, (kind, service_time) in enumerate((("pending_new", 1), ("new", 2)), start=1):
        Execution.objects.create(
            id=f"{order}-{number}",
            account=account,
            account_seq=number,
            order_id=order,
            order_seq=number,
            symbol="IBM",
            side="buy",
            type=kind,
            status=kind,
            time=NOW + timedelta(seconds=service_time),
            quantity=100,
            cum_quantity=0,
            leaves_quantity=100,
            cum_notional=0,
        )


def _shown(client: Client, page: str) -> str:
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_opens_exactly_the_pages_the_table_says(client_of, role: Role) -> None:
    client = client_of(role)
    opened = {page: client.get(page).status_code for page in PAGES}
    assert opened == {page: 200 if role in roles else 403 for page, roles in PAGES.items()}
    foreign = client.get("/admin/orders/order/O2/history/").status_code
    assert foreign == (302 if role in {Role.TRADER, Role.SALES} else 200), "an order of another account is not found"


def test_an_orders_history_tells_entry_then_what_each_service_did(client_of) -> None:
    page = _shown(client_of(Role.RISK), ORDER)
    places = [page.index(words) for words in ("order entered", "pending new", "</span> new")]
    assert places == sorted(places)
    assert "request-of-1" in page


def test_a_trader_reads_what_happened_to_the_own_order_without_the_desks_ids(client_of) -> None:
    page = _shown(client_of(Role.TRADER), ORDER)
    assert "order entered" in page
    assert "request-of-1" not in page


def test_a_rows_history_tells_what_was_and_is_and_marks_what_was_done_by_hand(client_of) -> None:
    client = client_of(Role.COMPLIANCE)
    sql("UPDATE risk_account SET name = 'Mallory' WHERE code = 'ACME-1'")
    page = _shown(client, ACCOUNT)
    assert '<td class="was">Acme</td><td>Mallory</td>' in page
    assert 'class="from-row outside"' in page
    assert "outside the product" in page


def test_one_request_id_leads_to_all_that_happened_under_it_and_narrows_a_history(client_of) -> None:
    client = client_of(Role.OPERATIONS)
    page = _shown(client, CHAIN)
    for words in ("account saved", "row added", "order entered", "pending new", "order O2", "account ZEN-1"):
        assert words in page
    assert "account saved" in _shown(client, f"{ACCOUNT}?id=request-of-1")
    assert "Nothing is recorded under this id" in _shown(client, f"{ACCOUNT}?id=another")
    assert client.get("/admin/tracking/outsideedit/chain/nobody-knows/").status_code == 404


def test_every_object_page_has_the_way_to_its_history(client_of) -> None:
    page = _shown(client_of(Role.RISK), "/admin/risk/account/ACME-1/change/")
    assert 'href="/admin/risk/account/ACME-1/history/"' in page
    assert Account.objects.filter(code="ACME-1").exists()
