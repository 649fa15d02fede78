"""The desk's pages of positions and obligations: to look at, for whoever it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.test import Client

from reporting.models import Position, SettlementObligation
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import trade
from tests.integration.reporting.test_folds import deliver, lives, record

pytestmark = pytest.mark.usefixtures("market")


@pytest.fixture(autouse=True)
def rows(market: None, log: Log, submit: Callable[..., dict[str, Any]]) -> None:
    deliver(*lives(log, submit))
    record(trade(1))


@pytest.mark.parametrize("model", [Position, SettlementObligation])
def test_nobody_adds_changes_or_deletes_a_row(model: Any) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    name = f"/admin/reporting/{model._meta.model_name}"
    assert "ACME-1" in root.get(f"{name}/").content.decode()
    assert root.get(f"{name}/?q=IBM").status_code == 200
    assert root.get(f"{name}/add/").status_code == 403
    page = f"{name}/{quote(str(model.objects.order_by('pk').first().pk))}"
    assert root.get(f"{page}/change/").status_code == 200
    assert root.post(f"{page}/change/", {"quantity": "1"}).status_code == 403
    assert root.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


def test_a_trader_at_the_desk_sees_the_own_accounts_rows_only() -> None:
    other = person("trader2", Role.TRADER, "ZEN-1")
    other.is_staff = True
    other.save()
    other.user_permissions.set(Permission.objects.filter(codename__in=("view_position", "view_settlementobligation")))
    client = Client()
    client.force_login(other)
    assert "ACME-1" not in client.get("/admin/reporting/position/").content.decode()
    page = client.get("/admin/reporting/settlementobligation/").content.decode()
    assert "T0001-S" in page
    assert "T0001-B" not in page
