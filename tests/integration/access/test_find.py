"""Anything is found by its id from anywhere in the admin, by those who may open it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from marketdata.models import Instrument
from oms_site.people import roles_sync
from orders.models import Order
from risk.domain.roles import Role
from risk.models import Account
from tests.entitled import entitle

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
ORDER = "O00000000-000000"


@pytest.fixture
def of_role(db: None):
    roles_sync()
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal(100))
    now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    counts = {"quantity": 100, "entered_quantity": 100, "leaves_quantity": 100, "price": 100, "entered_price": 100}
    words = {"side": "buy", "type": "limit", "tif": "day", "status": "new", "working": "new"}
    for code, order, client in (("ACME-1", ORDER, "mine-1"), ("ZEN-1", "O00000000-000001", "ACME-1")):
        Account.objects.create(code=code, name=code)
        ids = {"id": order, "account_id": code, "symbol_id": "IBM", "client_order_id": client}
        Order.objects.create(**ids, created_at=now, updated_at=now, **counts, **words)

    def make(role: Role) -> Client:
        user = User.objects.create_user(role.value, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        if role is Role.TRADER:
            entitle(user, "ACME-1")
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (ORDER, f"/admin/orders/order/{ORDER}/change/"),
        (ORDER.lower(), f"/admin/orders/order/{ORDER}/change/"),
        (f"  {ORDER} ", f"/admin/orders/order/{ORDER}/change/"),
        ("mine-1", f"/admin/orders/order/{ORDER}/change/"),
        ("ibm", "/admin/marketdata/instrument/IBM/change/"),
        ("zen-1", "/admin/risk/account/ZEN-1/change/"),
    ],
)
def test_what_has_this_id_alone_is_opened(of_role, text: str, page: str) -> None:
    answer = of_role(Role.OPERATIONS).get("/admin/find", {"q": text})
    assert (answer.status_code, answer.headers.get("Location")) == (302, page)


def test_things_of_one_name_are_told_apart(of_role) -> None:
    page = of_role(Role.OPERATIONS).get("/admin/find", {"q": "ACME-1"}).content.decode()
    assert "2 called ACME-1" in page
    assert "/admin/risk/account/ACME-1/change/" in page
    assert "/admin/orders/order/O00000000-000001/change/" in page


@pytest.mark.parametrize("text", ["", "nothing", "7", "x" * 1000, "a\0b", "<b>"])
def test_what_is_not_there_is_said_so(of_role, text: str) -> None:
    answer = of_role(Role.ADMIN).get("/admin/find", {"q": text})
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode().partition("Nothing you may see")[2]


def test_nobody_finds_what_they_may_not_open(of_role) -> None:
    client = of_role(Role.TRADER)
    assert client.get("/admin/find", {"q": ORDER}).status_code == 302
    for foreign in ("O00000000-000001", "ZEN-1"):
        assert "Nothing you may see" in client.get("/admin/find", {"q": foreign}).content.decode()


def test_nobody_without_a_login_finds_anything(of_role) -> None:
    answer = Client().get("/admin/find", {"q": ORDER})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")
