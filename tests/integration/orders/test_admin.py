"""The desk's pages of orders: to look at for everyone, one button for those who may cancel."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.test import Client

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from orders.models import AccountStream, Execution, IdempotencyKey, Order
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.orders.test_projection import deliver, life

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
MODELS = (Order, Execution, IdempotencyKey, AccountStream)


def staff(user: User, *actions: str) -> Client:
    """The person at the desk, with permissions such as view_order."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=actions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes_a_row_by_hand(model: Any, root: Client, submit: Submit, log: Log) -> None:
    deliver(*life(log, submit()))
    name = f"orders/{model._meta.model_name}"
    assert root.get(f"/admin/{name}/").status_code == 200
    assert root.get(f"/admin/{name}/add/").status_code == 403
    row = model.objects.first()
    if row is not None:
        page = f"/admin/{name}/{quote(str(row.pk))}"
        assert root.get(f"{page}/change/").status_code == 200
        assert root.post(f"{page}/change/", {"status": "filled"}).status_code == 403
        assert root.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("query", ["?q=IBM", "?q=ACME-1", "?open=yes", "?open=no", "?status=filled", "?account=ACME-1", "?account=nobody"])
def test_the_list_is_searched_and_filtered_in_few_queries(
    root: Client, submit: Submit, query: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        submit()
    with django_assert_max_num_queries(14):
        assert root.get(f"/admin/orders/order/{query}").status_code == 200


def test_a_trader_at_the_desk_sees_the_own_accounts_orders_only(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    deliver(*life(log, order))
    own = staff(trader, "view_order", "view_execution")
    other = staff(person("trader2", Role.TRADER, "ZEN-1"), "view_order", "view_execution", "change_order")
    for path in ("/admin/orders/order/", "/admin/orders/execution/"):
        assert order["id"] in own.get(path).content.decode()
        assert order["id"] not in other.get(path).content.decode()
    assert other.get(f"/admin/orders/order/{order['id']}/cancel/").status_code == 404


def test_the_button_asks_then_requests_one_cancel_with_one_audit_entry(submit: Submit) -> None:
    order = submit()
    desk = staff(person("ops1", Role.OPERATIONS), "view_order", "change_order")
    path = f"/admin/orders/order/{order['id']}/cancel/"
    assert "Cancel</a>" in desk.get("/admin/orders/order/").content.decode()
    assert order["id"] in desk.get(path).content.decode()
    assert not AuditEntry.objects.filter(action="order_cancel_requested").exists(), "asking does nothing"
    for _ in range(2):
        assert desk.post(path).status_code == 302
    assert AuditEntry.objects.filter(action="order_cancel_requested").count() == 1
    assert OutboxMessage.objects.count() == 2
    assert "Cancel</a>" not in desk.get("/admin/orders/order/").content.decode()


def test_the_button_is_refused_to_those_who_may_not_press_it(submit: Submit) -> None:
    order = submit()
    path = f"/admin/orders/order/{order['id']}/cancel/"
    viewer = staff(person("viewer", Role.VIEWER), "view_order")
    assert viewer.post(path).status_code == 403
    assert "Cancel</a>" not in viewer.get("/admin/orders/order/").content.decode()
    pretender = staff(person("compliance", Role.COMPLIANCE), "view_order", "change_order")
    answer = pretender.post(path, follow=True)
    assert "may not cancel" in answer.content.decode() or "does not cancel" in answer.content.decode()
    assert OutboxMessage.objects.count() == 1


def test_what_is_stored_raw_is_escaped_on_screen(root: Client, submit: Submit) -> None:
    submit(client_order_id="<script>alert(1)</script>")
    page = root.get("/admin/orders/order/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_order_leads_to_its_executions_and_its_audit_entries(root: Client, submit: Submit, log: Log) -> None:
    order = submit()
    submit()
    deliver(*life(log, order))
    page = root.get(f"/admin/orders/order/{quote(order['id'])}/change/").content.decode()
    for path, found, count in (("/admin/orders/execution/?", "M000004", 4), ("/admin/audit/auditentry/?", "order_entered", 1)):
        start = page.index(path)
        answer = root.get(page[start : page.index('"', start)].replace("&amp;", "&"))
        assert answer.status_code == 200
        assert found in answer.content.decode()
        assert len(answer.context["cl"].result_list) == count


def test_every_model_is_registered() -> None:
    assert all(admin.site.is_registered(model) for model in MODELS)
