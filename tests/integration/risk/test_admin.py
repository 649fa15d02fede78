"""The admin pages of this room: saving goes through services, buttons ask first, refusals are shown."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from marketdata.models import Instrument
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services import ApprovalNeeded
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from risk import services
from risk.domain.roles import Role
from risk.models import Account, AccountExposure, ApiToken, Kill, Limit, Setting
from risk.services import limit_files
from schemas.topics import PARTITIONS
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.risk.routes")]


def desk(user: User) -> Client:
    """A browser of this person, with every permission of this app the role could have: the services still decide."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["risk", "approvals"]))
    client = Client()
    client.force_login(user)
    return client


MODELS = (
    *("account", "accountexposure", "apitoken", "entitlement", "kill", "limit", "limitversion", "setting", "rulemode", "restriction"),
    *("locate", "fxrate", "dailyvolume", "bypass", "enabling", "cashentry", "positionentry"),
)
FORMS = {
    "rulemode": {"rule": "fat_finger", "mode": "shadow"},
    "restriction": {"symbol": "IBM", "list": "watch", "account": ""},
    "locate": {"account": "ACME-1", "symbol": "IBM", "value": "5"},
    "fxrate": {"pair": "eur/usd", "value": "1.08", "source": "ECB", "date": "2026-11-24"},
    "dailyvolume": {"symbol": "IBM", "value": "1000000"},
    "enabling": {"key": "ACME-1"},
    "cashentry": {"account": "ACME-1", "currency": "USD", "value": "5"},
    "positionentry": {"account": "ACME-1", "symbol": "IBM", "value": "-5", "price": "10"},
}
ASKED = {"rulemode", "enabling", "cashentry", "positionentry"}


@pytest.fixture
def ibm(db: None) -> None:
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=100)


def limit_form(**changes) -> dict[str, str]:
    return {"scope": "firm", "key": "", "rule": "max_position", "value": "100", "seen_version": "0"} | changes


@pytest.mark.parametrize("model", MODELS)
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


@pytest.mark.parametrize("model", sorted(FORMS))
def test_a_setting_is_set_or_asked_for_on_its_page(people, ibm, model) -> None:
    client = desk(people["admin"])
    path = f"/admin/risk/{model}/add/"
    assert client.get(path).status_code == 200
    form = FORMS[model] | {"reason": "a test"}
    assert b"errorlist" in client.post(path, form | {"reason": ""}).content
    assert not Setting.objects.exists()
    assert client.post(path, form).status_code == 302
    assert (Setting.objects.count(), ChangeRequest.objects.count()) == ((0, 1) if model in ASKED else (1, 0))
    if model in ASKED:
        agree(people["risk2"], ChangeRequest.objects.get(), timezone.now())
    row = Setting.objects.get()
    assert client.get(f"/admin/risk/{model}/{row.pk}/change/").status_code == 200
    assert client.get(f"/admin/risk/{model}/").status_code == 200


def test_a_bypass_is_asked_for_with_its_end(people) -> None:
    until = timezone.now() + timedelta(hours=2)
    form = {"key": "ACME-1", "rule": "fat_finger", "reason": "a test", "effective_until_0": until.date().isoformat()}
    client = desk(people["admin"])
    assert b"errorlist" in client.post("/admin/risk/bypass/add/", {"key": "ACME-1", "rule": "fat_finger", "reason": "x y z"}).content
    assert client.post("/admin/risk/bypass/add/", form | {"effective_until_1": f"{until:%H:%M:%S}"}).status_code == 302
    assert ChangeRequest.objects.get().revert_at == until.replace(microsecond=0)


def test_a_looser_limit_is_asked_for_on_its_page_with_a_reason(people) -> None:
    limit = services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100), now=NOW)
    client = desk(people["risk"])
    path = f"/admin/risk/limit/{limit.pk}/change/"
    without = client.post(path, {"value": "110", "seen_version": "1"})
    assert (without.status_code, b"say why" in without.content) == (200, True)
    page = client.post(path, {"value": "110", "seen_version": "1", "reason": "a large mandate"}, follow=True)
    assert b"waits for a second person" in page.content
    assert Limit.objects.get().value == Decimal(100)
    agree(people["risk2"], ChangeRequest.objects.get(), timezone.now())
    assert Limit.objects.get().value == Decimal(110)


def test_beside_a_limit_stands_who_uses_most_of_it(people) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100), now=NOW)
    symbols = {"IBM": {"position": "70", "open_buy": "21", "open_sell": "0"}}
    AccountExposure.objects.create(account="ACME-1", seq=1, open_orders=1, symbols=symbols, updated_at=NOW)
    page = desk(people["risk"]).get("/admin/risk/limit/").content.decode()
    assert "use-alarm" in page
    assert "ACME-1 IBM" in page
    assert "9 left" in page


def test_limits_go_out_and_come_in_as_a_file_with_what_it_changes_shown_first(people, ibm) -> None:
    for key, value in (("", "100"), ("ACME-1", "50")):
        scope = "account" if key else "firm"
        services.limit_set(actor=people["risk"], scope=scope, key=key, rule="max_position", value=Decimal(value), now=NOW)
    client = desk(people["risk"])
    text = client.get("/admin/risk/limit/export/").content.decode()
    assert text.splitlines()[1:] == ["account,ACME-1,max_position,50,,", "firm,,max_position,100,,"]
    given = text.replace(",50,", ",60,").replace(",100,", ",90,") + "symbol,IBM,max_position,10,,\r\n"
    shown = client.post("/admin/risk/limit/import/", {"file": SimpleUploadedFile("limits.csv", given.encode())})
    page = shown.content.decode()
    for does in ("diff-loosened", "diff-tightened", "diff-added"):
        assert does in page
    assert Limit.objects.count() == 2, "nothing is done yet"
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    confirm = {"seen": seen, "text": given, "reason": "a review", "confirm": "Do it"}
    stale = client.post("/admin/risk/limit/import/", confirm | {"seen": "0" * 64})
    assert b"nothing is done" in stale.content
    assert client.post("/admin/risk/limit/import/", confirm).status_code == 302
    assert sorted(Limit.objects.values_list("scope", "value")) == [("account", 50), ("firm", 90), ("symbol", 10)]
    asked = ChangeRequest.objects.get()
    assert [change[0] for change in asked.changes] == ["max_position of account ACME-1"]
    agree(people["risk2"], asked, timezone.now())
    assert Limit.objects.get(scope="account").value == Decimal(60)


@pytest.mark.parametrize(
    "line",
    [
        "firm,,max_position,-1,,",
        "firm,,max_position,NaN,,",
        "firm,,max_position,1e9,,",
        "firm,,max_position,,,",
        "firm,,max_position,1.000000001,,",
        "account,NOBODY,max_position,1,,",
        "account,ACME-1,max_fun,1,,",
        "firm,,max_position,1",
        "firm,,max_position,1,2026-01-01,",
        "firm,,max_position,1,,soon",
    ],
)
def test_a_line_that_makes_no_sense_stops_the_whole_file(people, line) -> None:
    given = "scope,key,rule,value,effective_from,effective_until\r\nfirm,,price_band,5,,\r\n" + line + "\r\n"
    page = desk(people["risk"]).post("/admin/risk/limit/import/", {"file": SimpleUploadedFile("limits.csv", given.encode())})
    assert page.status_code == 200
    assert b"diff-error" in page.content
    assert b'name="confirm"' not in page.content


@pytest.mark.parametrize("content", [b"", b"a,b\r\n", b"\xff\xfe", b"x" * 1_000_001])
def test_a_file_of_another_kind_is_refused(people, content) -> None:
    page = desk(people["risk"]).post("/admin/risk/limit/import/", {"file": SimpleUploadedFile("limits.csv", content)})
    assert b"File: " in page.content


def test_no_cell_of_the_file_is_a_formula_to_a_spreadsheet(people) -> None:
    person("=cmd", Role.TRADER)
    services.limit_set(actor=people["risk"], scope="trader", key="=cmd", rule="max_position", value=Decimal(1), now=NOW)
    text = desk(people["risk"]).get("/admin/risk/limit/export/").content.decode()
    assert "trader,'=cmd,max_position,1,," in text
    (line,) = limit_files.limits_read(text, NOW)
    assert line.does == "unchanged"


def test_the_page_of_a_kill_tells_what_is_still_open(people) -> None:
    kill, _ = services.kill_set(actor=people["risk"], scope="firm", key="", reason="drill", now=NOW)
    client = desk(people["risk"])
    assert b"kill.js" in client.get(f"/admin/risk/kill/{kill.pk}/change/").content
    assert client.get(f"/admin/risk/kill/{kill.pk}/state/").json() == {"state": "killing", "open_left": 0, "open_spared": 0}
    services.kills_settle(now=LATER)
    assert client.get(f"/admin/risk/kill/{kill.pk}/state/").json()["state"] == "flat"


def test_the_risk_home_tells_what_is_near_its_limit_stopped_waiting_and_stale(people, ibm) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100), now=NOW)
    symbols = {"IBM": {"position": "-95", "open_buy": "0", "open_sell": "0"}}
    AccountExposure.objects.create(account="ACME-1", seq=1, open_orders=1, symbols=symbols, updated_at=NOW)
    services.kill_set(actor=people["risk"], scope="instrument", key="IBM", reason="<b>drill</b>", now=NOW)
    change = services.LimitChange(scope="firm", key="", rule="max_position", value=Decimal(110))
    services.limits_request(actor=people["risk"], changes=[change], reason="a large mandate", now=timezone.now())
    page = desk(people["risk2"]).get("/admin/risk/accountexposure/home/").content.decode()
    for told in ("95 % IBM", "use-alarm", "instrument IBM", "&lt;b&gt;drill", "a large mandate", "no good quote"):
        assert told in page
    viewer = desk(people["viewer"])
    people["viewer"].user_permissions.clear()
    assert viewer.get("/admin/risk/accountexposure/home/").status_code == 403


def test_an_account_is_closed_by_one_and_opened_again_by_two(people) -> None:
    client = desk(people["admin"])
    form = {"name": "ACME-1", "currency": "USD", "active": "on", "close_only": "on", "desk": "", "self_trade_group": ""}
    form |= {f"entitlements-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")}
    path = "/admin/risk/account/ACME-1/change/"
    assert b"nothing has been told yet" in client.get(path).content
    assert client.post(path, form).status_code == 302
    assert Account.objects.get(pk="ACME-1").close_only
    opened = {name: value for name, value in form.items() if name != "close_only"}
    assert b"say why" in client.post(path, opened, follow=True).content
    page = client.post(path, opened | {"reason": "it is settled", "name": "Acme"}, follow=True)
    assert b"waits for a second person" in page.content
    account = Account.objects.get(pk="ACME-1")
    assert (account.name, account.close_only) == ("Acme", True)
    with pytest.raises(ApprovalNeeded):
        services.account_save(actor=people["root"], code="ACME-1", name="Acme", active=True, now=timezone.now())
    agree(people["risk2"], ChangeRequest.objects.get(), timezone.now())
    assert not Account.objects.get(pk="ACME-1").close_only
    assert Setting.objects.get(scope="account", key="ACME-1", current=True).details["state"] == "active"


def test_the_page_of_an_account_tells_its_headroom(people) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100), now=NOW)
    symbols = {"IBM": {"position": "70", "open_buy": "21", "open_sell": "0"}}
    AccountExposure.objects.create(account="ACME-1", seq=1, open_orders=1, symbols=symbols, updated_at=NOW)
    page = desk(people["admin"]).get("/admin/risk/account/ACME-1/change/").content.decode()
    for told in ("use-alarm", "91 of 100", "limit of firm", "9 left", "scope=account&amp;key=ACME-1"):
        assert told in page


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


def test_a_kill_needs_a_typed_reason_and_happens_once_however_often_it_is_clicked(people) -> None:
    client = desk(people["risk"])
    form = {"scope": "account", "key": "ACME-1", "reason": "drill"}
    for incomplete in ({"reason": " "}, {"reason": ""}, {"key": "NOBODY"}, {"scope": "firm"}):
        assert client.post("/admin/risk/kill/add/", form | incomplete).status_code == 200
    assert not Kill.objects.exists()
    assert client.post("/admin/risk/kill/add/", form).status_code == 302
    assert client.post("/admin/risk/kill/add/", form).status_code == 302
    assert Kill.objects.count() == AuditEntry.objects.count() == 1
    assert client.get(f"/admin/risk/kill/{Kill.objects.get().pk}/change/").status_code == 200


def test_the_release_button_asks_for_one_person_and_releases_for_the_second(people) -> None:
    kill, _ = services.kill_set(actor=people["risk"], scope="firm", key="", reason="drill", now=NOW)
    path = f"/admin/risk/kill/{kill.pk}/release/"
    first = desk(people["risk"])
    assert path.encode() in first.get("/admin/risk/kill/").content
    assert b"another person must ask" in first.post(path, {"reason": "it is over"}, follow=True).content
    asked = desk(people["risk2"])
    assert b"Ask a second person" in asked.get(path).content
    asked.post(path, {"reason": "it is over"})
    assert Kill.objects.filter(released_at=None).exists()
    assert b"second person must decide" in asked.post(path, {"reason": "and again"}, follow=True).content
    assert b"Agree and release" in first.get(path).content
    assert b"may trade again" in first.post(path, {"reason": "agreed"}, follow=True).content
    assert Kill.objects.get().released_by == people["risk"]
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
