"""The desk's pages of orders: to look at for everyone, one button for those who may cancel."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from orders.models import AccountStream, Execution, IdempotencyKey, Order, TradeCorrection
from risk.domain.roles import Role
from schemas.units import to_units
from tests.integration.orders.conftest import Log, person
from tests.integration.orders.test_changes import commands
from tests.integration.orders.test_projection import deliver, life

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
MODELS = (Order, Execution, IdempotencyKey, AccountStream, TradeCorrection)


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


def test_a_traders_button_asks_then_requests_one_cancel_with_one_audit_entry(submit: Submit, trader: User) -> None:
    order = submit()
    own = staff(trader, "view_order", "change_order")
    path = f"/admin/orders/order/{order['id']}/cancel/"
    assert "Cancel</a>" in own.get("/admin/orders/order/").content.decode()
    assert order["id"] in own.get(path).content.decode()
    assert not AuditEntry.objects.filter(action="order_cancel_requested").exists(), "asking does nothing"
    for _ in range(2):
        assert own.post(path).status_code == 302
    assert AuditEntry.objects.filter(action="order_cancel_requested").count() == 1
    assert OutboxMessage.objects.count() == 2
    assert "Cancel</a>" not in own.get("/admin/orders/order/").content.decode()


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.RISK, Role.ADMIN])
def test_the_desks_button_wants_a_reason_and_sends_one_unsolicited_cancel(submit: Submit, role: Role) -> None:
    order = submit()
    desk = staff(person("desk", role), "view_order", "change_order")
    path = f"/admin/orders/order/{order['id']}/cancel/"
    assert 'name="reason"' in desk.get(path).content.decode()
    again = desk.post(path, {"reason": "", "code": "desk_change"})
    assert (again.status_code, "Reason: must be text" in again.content.decode()) == (200, True)
    assert "ust be one of" in desk.post(path, {"reason": "why", "code": "because"}).content.decode()
    for _ in range(2):
        assert desk.post(path, {"reason": "client <rang>", "code": "market_halted"}).status_code == 302
    entry = AuditEntry.objects.get(action="order_canceled_by_desk")
    assert entry.detail["reason"] == "client <rang>"
    (command,) = commands("cancel")
    assert (command.unsolicited, command.reason, command.id) == (True, "market_halted", order["id"])


def test_the_desk_restates_and_splits_from_the_orders_page(submit: Submit) -> None:
    order = submit()
    desk = staff(person("ops1", Role.OPERATIONS), "view_order", "change_order")
    page = desk.get(f"/admin/orders/order/{quote(order['id'])}/change/").content.decode()
    path = f"/admin/orders/order/{order['id']}"
    for button in ("cancel", "restate", "split"):
        assert f'href="{path}/{button}/"' in page
    assert 'value="181.25"' in desk.get(f"{path}/restate/").content.decode()
    bad = desk.post(f"{path}/restate/", {"quantity": "90.5", "price": "181.25", "reason": "why"})
    assert 'value="90.5"' in bad.content.decode(), "what was typed stays"
    assert desk.post(f"{path}/restate/", {"quantity": "90", "price": "181.25", "reason": "agreed"}).status_code == 302
    assert desk.post(f"{path}/split/", {"numerator": "0", "denominator": "1", "reason": "2:1"}).status_code == 200
    assert desk.post(f"{path}/split/", {"numerator": "2", "denominator": "1", "reason": "2:1"}).status_code == 302
    restate, split = commands("replace")
    assert (restate.quantity, restate.price, restate.unsolicited, restate.reason) == (to_units(90), None, True, "desk_change")
    assert (split.attributes, split.unsolicited, split.reason) == ({"numerator": 2, "denominator": 1}, True, "split")
    assert AuditEntry.objects.filter(action="order_restated_by_desk").count() == 2


@pytest.mark.parametrize(("role", "told"), [(Role.RISK, "needs the role"), (Role.TRADER, "needs the role")])
def test_who_may_cancel_may_not_restate(submit: Submit, role: Role, told: str) -> None:
    order = submit()
    other = staff(person("other", role, "ACME-1"), "view_order", "change_order")
    page = other.get(f"/admin/orders/order/{quote(order['id'])}/change/").content.decode()
    assert "/restate/" not in page
    answer = other.post(f"/admin/orders/order/{order['id']}/restate/", {"quantity": "1", "price": "181.25", "reason": "x"})
    assert told in answer.content.decode()
    assert commands("replace") == []


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


def test_the_page_of_an_order_tells_its_life_in_every_service_and_why_it_stands_so(
    submit: Submit, log: Log, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    order = submit()
    deliver(*life(log, order))
    desk = staff(person("risk1", Role.RISK), "view_order", "view_execution", "view_auditentry")
    desk.get(f"/admin/orders/order/{quote(order['id'])}/change/")
    with django_assert_max_num_queries(25):
        answer = desk.get(f"/admin/orders/order/{quote(order['id'])}/change/")
    told = answer.context
    who = [line.who for line in told["life"]]
    assert {"risk", "matching"} < set(who)
    assert [line.at for line in told["life"]] == sorted(line.at for line in told["life"])
    assert len(told["fills"]) == len([line for line in told["life"] if line.what == "trade"]) > 0
    assert any(line.startswith("Filled") for line in told["said"])
    page = answer.content.decode()
    assert f"/admin/orders/execution/{told['fills'][0][0].pk}/change/" in page
    assert reverse("admin:tracking_chain", args=[order["id"]]) in page


def test_the_place_in_the_queue_counts_earlier_orders_at_its_price_of_whomever(submit: Submit, log: Log) -> None:
    first, second = submit(), submit()
    for order in (first, second):
        deliver(log.step(order, "pending_new"), log.step(order, "new"))
    desk = staff(person("risk1", Role.RISK), "view_order")
    said = [desk.get(f"/admin/orders/order/{quote(one['id'])}/change/").context["said"] for one in (first, second)]
    assert any(line.startswith("First in the queue") for line in said[0])
    assert any("one order for 100 before it" in line for line in said[1])


LIST = "/admin/orders/order/"


def _chosen(client: Client, query: str, *ids: str, **given: str) -> Any:
    """The bulk cancel of these rows; without any, of all that the filter finds."""
    across = {} if ids else {"select_across": "1"}
    chosen = ids or (Order.objects.values_list("pk", flat=True).first(),)
    return client.post(f"{LIST}{query}", {"action": "cancel_many", "_selected_action": chosen, **across, **given}, follow=True)


def test_a_bulk_cancel_says_beforehand_what_it_will_do_and_to_which_rows(submit: Submit) -> None:
    orders = [submit() for _ in range(3)]
    desk = staff(person("ops1", Role.OPERATIONS), "view_order", "change_order")
    page = _chosen(desk, "", orders[0]["id"], orders[2]["id"])
    text = page.content.decode()
    assert "Cancel what is open of these 2 orders?" in text
    assert page.context["ids"] == ",".join(sorted((orders[0]["id"], orders[2]["id"])))
    assert page.context["facts"]["Accounts"] == "1: ACME-1"
    assert page.context["facts"]["Open to buy"].startswith("36250 at their limits")
    assert commands("cancel") == [], "nothing is done before the button"


def test_a_bulk_cancel_works_on_the_whole_filter_and_on_nothing_that_came_later(submit: Submit) -> None:
    orders = [submit() for _ in range(3)]
    desk = staff(person("ops1", Role.OPERATIONS), "view_order", "change_order")
    page = _chosen(desk, "?open=yes&symbol=IBM")
    assert page.context["facts"]["Rows"] == "3"
    submit()
    given = {"ids": page.context["ids"], "reason": "the client asked", "code": "desk_change"}
    told = _chosen(desk, "?open=yes&symbol=IBM", **given).content.decode()
    assert "Cancel sent, orders: 3." in told
    assert {command.id for command in commands("cancel")} == {order["id"] for order in orders}
    assert AuditEntry.objects.filter(action="order_canceled_by_desk").count() == 3


def test_a_bulk_cancel_wants_its_reason_and_leaves_out_what_is_closed(submit: Submit, log: Log) -> None:
    filled, order = submit(), submit()
    deliver(*life(log, filled))
    desk = staff(person("ops1", Role.OPERATIONS), "view_order", "change_order")
    page = _chosen(desk, "", filled["id"], order["id"])
    assert page.context["facts"] | {"Rows": "1", "Left out": "1 that it cannot be done to"} == page.context["facts"]
    again = _chosen(desk, "", order["id"], ids=order["id"], reason="", code="desk_change")
    assert "Reason: must be told" in again.content.decode()
    assert again.context["ids"] == order["id"]
    assert commands("cancel") == []


def test_a_bulk_cancel_reaches_no_order_one_may_not_see(submit: Submit) -> None:
    order = submit()
    other = staff(person("trader9", Role.TRADER, "ZEN-1"), "view_order", "change_order")
    assert "Nothing was done" in _chosen(other, "", order["id"], ids=order["id"]).content.decode()
    assert commands("cancel") == []
