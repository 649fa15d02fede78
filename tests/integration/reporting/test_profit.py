"""Profit and loss: one reckoning, told by REST, by the report, and on the desk's page; by the method that is set."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from oms_site.people import roles_sync
from reporting import services
from reporting.models import CostMethod
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW, quote
from tests.integration.reporting.test_folds import deliver, lives
from tests.integration.reporting.test_money import cash, ops, schedule, second
from tests.integration.reporting.test_rebuild import log_of_fills
from tests.integration.reporting.test_rest import client_of, rows

pytestmark = pytest.mark.usefixtures("transactional_db", "market")
__all__ = ["cash", "log_of_fills", "ops", "schedule", "second"]
Submit = Callable[..., dict[str, Any]]


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
        assert (row["marked_at"], row["mark_sources"]) == ("2026-11-24T15:04:05.000000Z", ["synthetic"])
        assert row["mark_age_ms"] >= 0
    (row,) = client.get("/api/pnl?currency=EUR").json()["results"]
    assert (row["realised_pnl"], row["missing"][-1]) == (None, "rate of USD")
    for query, field in (("by=moon", "by"), ("method=lifo", "method"), ("currency=usd", "currency")):
        answer = client.get(f"/api/pnl?{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)


@pytest.fixture
def bought_and_sold(log: Log, submit: Submit) -> None:
    """60 bought at 181.24 and 40 at 181.25, 150 sold at 190: short 50."""
    deliver(*lives(log, submit))
    quote("IBM", "189", "190")


def at_the_desk(user: User) -> Client:
    """Logged into the admin with what the role may do there."""
    roles_sync()
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def realised(client: Client, query: str = "") -> Decimal:
    (row,) = client.get(f"/api/pnl{query}").json()["results"]
    return Decimal(row["realised_pnl"])


def test_the_report_tells_what_rest_sums_up(bought_and_sold: None, trader: User) -> None:
    client = client_of(trader)
    (summed,) = client.get("/api/pnl").json()["results"]
    (row,) = rows(client.get("/api/reports/pnl"))
    for name in ("realised_pnl", "unrealised_pnl", "total_pnl", "fees", "day_pnl"):
        assert row[name] == summed[name], name
        assert row[f"{name.removesuffix('_pnl')}_base"] == summed[name], name
    assert (row["method"], row["mark_source"], row["marked_at"]) == ("average", "synthetic", summed["marked_at"])


def test_a_method_is_set_for_the_firm_and_for_an_account_and_a_request_names_its_own(
    log: Log, submit: Submit, trader: User, ops: User
) -> None:
    records = lives(log, submit)
    deliver(*records[:-1])
    client = client_of(trader)
    sale = records[-1]
    deliver(sale)
    average, fifo = realised(client, "?method=average"), realised(client, "?method=fifo")
    assert average == fifo, "all that was bought is sold"
    services.cost_method_set(actor=ops, account="", method="fifo", reason="the auditors' wish", now=NOW)
    (row,) = rows(client.get("/api/reports/pnl"))
    assert row["method"] == "fifo"
    services.cost_method_set(actor=ops, account="ACME-1", method="average", reason="agreed with the client", now=NOW)
    (row,) = rows(client.get("/api/reports/pnl"))
    assert row["method"] == "average"
    told = AuditEntry.objects.filter(chain="profit").order_by("seq").values_list("action", "object_id", "detail__before")
    assert list(told) == [("cost_method_set", "firm", "average"), ("cost_method_set", "ACME-1", "the firm's")]


@pytest.mark.parametrize(
    ("changes", "field"), [({"method": "lifo"}, "method"), ({"account": "NOSUCH"}, "account"), ({"reason": " "}, "reason")]
)
def test_a_method_that_cannot_be_set_leaves_no_trace(ops: User, changes: dict[str, str], field: str) -> None:
    values = {"account": "", "method": "fifo", "reason": "asked for"} | changes
    with pytest.raises(InvalidInput) as refused:
        services.cost_method_set(actor=ops, now=NOW, **values)
    assert refused.value.field == field
    assert not CostMethod.objects.exists()


def test_a_trader_sets_no_method(trader: User) -> None:
    with pytest.raises(Forbidden):
        services.cost_method_set(actor=trader, account="", method="fifo", reason="mine", now=timezone.now())


def test_the_page_shows_each_sum_and_what_is_missing(bought_and_sold: None) -> None:
    desk = at_the_desk(person("viewer1", Role.VIEWER))
    for by, key in (("account", "ACME-1"), ("desk", "-"), ("firm", "firm"), ("instrument", "IBM")):
        page = desk.get(f"/admin/reporting/costmethod/profit/?by={by}").content.decode()
        assert f'<th scope="row">{key}</th>' in page
        assert "synthetic" in page
    assert "rate of USD" not in page
    page = desk.get("/admin/reporting/costmethod/profit/?currency=EUR").content.decode()
    assert "rate of USD" in page
    assert "no rate" in page
    assert "three capital letters" in desk.get("/admin/reporting/costmethod/profit/?currency=eur").content.decode()


def test_the_desk_sets_a_method_by_its_form_with_one_audit_entry(ops: User) -> None:
    client = at_the_desk(ops)
    given = {"account": "ACME-1", "method": "fifo", "reason": "asked for"}
    assert client.post("/admin/reporting/costmethod/add/", given).status_code == 302
    row = CostMethod.objects.get()
    assert (row.account, row.method) == ("ACME-1", "fifo")
    assert client.post(f"/admin/reporting/costmethod/{row.pk}/change/", {"method": "average", "reason": "back"}).status_code == 302
    row.refresh_from_db()
    assert row.method == "average"
    assert AuditEntry.objects.filter(chain="profit").count() == 2
