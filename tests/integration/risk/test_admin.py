"""The admin pages of this room: saving goes through services, buttons ask first, refusals are shown."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from risk import services
from risk.models import Account, ApiToken, Kill, Limit
from schemas.topics import PARTITIONS
from tests.integration.risk.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.risk.routes")]


def desk(user: User) -> Client:
    """A browser of this person, with every permission of this app the role could have: the services still decide."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="risk"))
    client = Client()
    client.force_login(user)
    return client


def limit_form(**changes) -> dict[str, str]:
    return {"scope": "firm", "key": "", "rule": "max_position", "value": "100", "seen_version": "0"} | changes


@pytest.mark.parametrize("model", ["account", "accountexposure", "apitoken", "entitlement", "kill", "limit"])
def test_every_list_opens(people, model) -> None:
    services.kill_set(actor=people["risk"], scope="firm", key="", reason="<script>alert(1)</script>", now=NOW)
    services.token_issue(user=people["trader"], secret="s" * 43, now=timezone.now())
    page = desk(people["root"]).get(f"/admin/risk/{model}/")
    assert page.status_code == 200
    assert b"<script>alert" not in page.content


def test_a_limit_saved_is_a_row_an_audit_entry_and_a_control(people) -> None:
    client = desk(people["risk"])
    assert client.post("/admin/risk/limit/add/", limit_form()).status_code == 302
    limit = Limit.objects.get()
    assert (limit.value, limit.updated_by) == (Decimal(100), people["risk"])
    assert OutboxMessage.objects.count() == PARTITIONS
    path = f"/admin/risk/limit/{limit.pk}/change/"
    assert b"seen_version" in client.get(path).content
    assert client.post(path, {"value": "90", "seen_version": "1"}).status_code == 302
    limit.refresh_from_db()
    assert (limit.value, limit.version) == (Decimal(90), 2)
    assert AuditEntry.objects.filter(action="limit_set").count() == 2


def test_a_stale_limit_form_shows_the_conflict_and_changes_nothing(people) -> None:
    limit = services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100), now=NOW)
    services.limit_set(actor=people["risk2"], scope="firm", key="", rule="max_position", value=Decimal(80), now=NOW)
    page = desk(people["risk"]).post(f"/admin/risk/limit/{limit.pk}/change/", {"value": "90", "seen_version": "1"})
    assert page.status_code == 200
    assert b"changed by somebody else" in page.content
    assert Limit.objects.get().value == Decimal(80)


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "-1"},
        {"value": "0"},
        {"value": "NaN"},
        {"value": ""},
        {"value": "0.000000001"},
        {"rule": "max_fun"},
        {"scope": "account", "key": "NOBODY"},
        {"scope": "account", "key": "ACME-1", "rule": "price_band", "value": "11"},
    ],
)
def test_a_limit_that_makes_no_sense_is_an_error_on_the_form(people, wrong) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="price_band", value=Decimal(10), now=NOW)
    page = desk(people["risk"]).post("/admin/risk/limit/add/", limit_form(**wrong))
    assert page.status_code == 200
    assert b"errorlist" in page.content
    assert Limit.objects.count() == 1


def test_the_page_cannot_do_what_the_service_refuses(people) -> None:
    client = desk(people["operations"])
    page = client.post("/admin/risk/limit/add/", limit_form(), follow=True)
    assert b"needs the role" in page.content
    assert not Limit.objects.exists()


def test_a_kill_needs_a_reason_and_the_tick_and_happens_once(people) -> None:
    client = desk(people["risk"])
    form = {"scope": "account", "key": "ACME-1", "reason": "drill", "confirm": "on"}
    for incomplete in ({"confirm": ""}, {"reason": ""}, {"key": "NOBODY"}, {"scope": "firm"}):
        assert client.post("/admin/risk/kill/add/", form | incomplete).status_code == 200
    assert not Kill.objects.exists()
    assert client.post("/admin/risk/kill/add/", form).status_code == 302
    assert client.post("/admin/risk/kill/add/", form).status_code == 302
    assert Kill.objects.count() == AuditEntry.objects.count() == 1
    assert client.get(f"/admin/risk/kill/{Kill.objects.get().pk}/change/").status_code == 200


def test_the_release_button_asks_and_needs_the_second_person(people) -> None:
    kill, _ = services.kill_set(actor=people["risk"], scope="firm", key="", reason="drill", now=NOW)
    path = f"/admin/risk/kill/{kill.pk}/release/"
    first = desk(people["risk"])
    assert path.encode() in first.get("/admin/risk/kill/").content
    assert b"Let this scope trade again?" in first.get(path).content
    assert b"another person" in first.post(path, follow=True).content
    assert Kill.objects.filter(released_at=None).exists()
    assert b"may trade again" in desk(people["risk2"]).post(path, follow=True).content
    assert Kill.objects.get().released_by == people["risk2"]
    assert Client().post(path).status_code == 302, "nobody logged in: to the log-in page"


def test_the_revoke_button_asks_and_revokes_once(people) -> None:
    token = services.token_issue(user=people["trader"], secret="s" * 43, now=timezone.now())
    client = desk(people["admin"])
    path = f"/admin/risk/apitoken/{token.pk}/revoke/"
    assert path.encode() in client.get("/admin/risk/apitoken/").content
    assert b"Refuse this token" in client.get(path).content
    client.post(path)
    client.post(path)
    assert ApiToken.objects.get().revoked_at is not None
    assert AuditEntry.objects.filter(action="token_revoked").count() == 1


@pytest.mark.parametrize("path", ["/admin/risk/kill/1/release/", "/admin/risk/apitoken/x/revoke/"])
def test_a_button_is_refused_without_the_permission(people, path) -> None:
    viewer = people["viewer"]
    viewer.is_staff = True
    viewer.save()
    client = Client()
    client.force_login(viewer)
    assert client.post(path).status_code == 403


def test_accounts_are_saved_by_an_admin_and_never_deleted(people) -> None:
    client = desk(people["admin"])
    form = {"code": "NEW-1", "name": "New", "kind": "customer", "currency": "USD", "active": "on", "self_trade_group": "FAMILY"}
    inline = {f"entitlements-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    assert client.post("/admin/risk/account/add/", form | inline).status_code == 302
    assert Account.objects.get(pk="NEW-1").self_trade_group == "FAMILY"
    assert client.post("/admin/risk/account/NEW-1/delete/", {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.filter(chain="access").count() == 1


@pytest.mark.parametrize("model", ["accountexposure", "apitoken"])
def test_read_only_pages_offer_no_way_to_write(people, model) -> None:
    client = desk(people["root"])
    assert client.get(f"/admin/risk/{model}/add/").status_code == 403
    assert not re.search(rb'name="_save"', client.get(f"/admin/risk/{model}/").content)
