"""Settlement at the desk: an instruction's page with its timeline, the queue of fails, its buttons, and the rules; REST tells the same."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from oms_site.infra import metrics
from oms_site.people import roles_sync
from reporting import selectors
from reporting.models import CurrencyCalendar, SettlementCycle, SettlementObligation, SettlementRules
from risk.domain.roles import Role
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.settling import rules, sent
from tests.integration.reporting.test_settlement import failed

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
LIST = "/admin/reporting/settlementobligation/"


def staff(name: str, role: Role, *accounts: str) -> Client:
    user = person(name, role, *accounts)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


@pytest.fixture
def desk(market: None) -> Client:
    roles_sync()
    return staff("ops1", Role.OPERATIONS)


@pytest.fixture
def row(market: None, log: Log, submit: Submit) -> SettlementObligation:
    rules()
    return failed(log, submit)


def test_a_fail_is_in_its_queue_by_age_and_on_the_home_page(desk: Client, row: SettlementObligation) -> None:
    today = timezone.now().date()
    for days, found in ((1, "1"), (3, "2-3"), (7, "4-7"), (30, "8+")):
        SettlementObligation.objects.filter(pk=row.pk).update(settlement_date=today - timedelta(days=days))
        shown = {
            age: row.pk in desk.get(f"{LIST}?late={age.replace('+', '%2B')}").content.decode() for age in ("1", "2-3", "4-7", "8+", "any")
        }
        assert shown == {age: age in (found, "any") for age in shown}
        assert selectors.fails_by_age(today) == {age: int(age == found) for age in ("1", "2-3", "4-7", "8+")}
    home = desk.get("/admin/").content.decode()
    assert "not settled on their day" in home
    assert f"{LIST}?late=any" in home


def test_the_page_tells_the_life_and_the_buttons_work(desk: Client, row: SettlementObligation) -> None:
    page = desk.get(f"{LIST}{row.pk}/change/").content.decode()
    for words in ("Timeline", "securities lacking", "release", "matched", "Take", "Retry", "Buy in"):
        assert words in page
    asked = desk.get(f"{LIST}{row.pk}/own/").content.decode()
    assert "Days late" in asked
    assert desk.post(f"{LIST}{row.pk}/own/", {"reason": ""}).status_code == 200, "asked again"
    assert desk.post(f"{LIST}{row.pk}/own/", {"reason": "calling them"}).status_code == 302
    assert desk.post(f"{LIST}{row.pk}/retry/", {"reason": "they have the shares"}).status_code == 302
    assert [told.action for told in sent()] == ["release"]
    row.refresh_from_db()
    assert (row.owner.get_username() if row.owner else None, row.released) == ("ops1", 2)
    page = desk.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "calling them" in page
    refused = desk.post(f"{LIST}{row.pk}/buy-in/", {"reason": "enough"})
    assert "no good quote" in refused.content.decode()


def test_a_trader_sees_the_own_fail_without_buttons_and_nobody_elses(desk: Client, row: SettlementObligation) -> None:
    own, other = staff("trader8", Role.TRADER, "ACME-1"), staff("trader9", Role.TRADER, "ZEN-1")
    page = own.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Timeline" in page
    assert "/retry/" not in page
    assert own.get(f"{LIST}{row.pk}/retry/").status_code == 403
    assert row.pk not in other.get(f"{LIST}?late=any").content.decode()


def test_rest_and_reports_tell_reason_owner_and_days(desk: Client, row: SettlementObligation) -> None:
    desk.post(f"{LIST}{row.pk}/own/", {"reason": "calling them"})
    (told,) = desk.get("/api/settlement/instructions?status=failed").json()["results"]
    assert (told["reason"], told["owner"], told["settled_quantity"]) == ("securities_lacking", "ops1", "0")
    assert told["days_late"] == (timezone.now().date() - row.settlement_date).days
    (line,) = desk.get("/api/reports/fails").json()["results"]
    assert (line["id"], line["reason"], line["owner"], line["days_late"]) == (row.pk, "securities_lacking", "ops1", told["days_late"])


def test_rules_cycles_and_calendars_are_saved_with_a_reason(desk: Client) -> None:
    rules()
    path = "/admin/reporting/settlementrules/1/change/"
    values = {
        "netting": "on",
        "penalty_bps": "2",
        "buy_in_days": "3",
        "seed": "9",
        "fail": "10",
        "late": "0",
        "partial": "0",
        "mismatch": "0",
    }
    assert desk.post(path, values | {"seen_version": "1"}).status_code == 200, "without a reason"
    assert desk.post(path, values | {"seen_version": "1", "reason": "a drill"}).status_code == 302
    assert SettlementRules.objects.get().fail == Decimal(10)
    desk.post(path, values | {"seen_version": "1", "reason": "stale", "fail": "20"})
    assert SettlementRules.objects.get().fail == Decimal(10)
    desk.post("/admin/reporting/settlementcycle/add/", {"instrument": "IBM", "days": "2", "reason": "as the market"})
    assert SettlementCycle.objects.get().days == 2
    desk.post("/admin/reporting/settlementcycle/IBM/change/", {"days": "3", "reason": "longer"})
    assert SettlementCycle.objects.get().days == 3
    assert desk.get("/admin/reporting/currencycalendar/add/").status_code == 200
    assert not CurrencyCalendar.objects.exists()


def test_words_of_the_houses_are_counted(row: SettlementObligation) -> None:
    counted = metrics.SETTLEMENT_WORDS.labels("custodian", "failed", "applied")
    assert counted._value.get() >= 1
