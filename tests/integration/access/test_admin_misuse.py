"""What nobody gets done in the admin, however it is sent: history edited, books deleted, forms without a token, own rights."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from marketdata.models import Instrument
from matching.models import Trade
from oms_site.infra.audit.models import AuditEntry
from oms_site.people import roles_sync
from orders.models import Execution, Order
from reporting.models import Position, SettlementObligation
from risk.domain.roles import Role
from risk.models import Account, Desk, Kill, LimitVersion
from tests.integration.access.test_every_button import BUTTONS
from tests.integration.access.test_foreign_accounts import OWN, client_of, house

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
__all__ = ["house"]

HISTORY = (AuditEntry, Execution, Kill, LimitVersion, Order, Position, SettlementObligation, Trade)
KEPT = (Account, Instrument, *HISTORY)


@pytest.fixture
def root(house: None) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="root"))
    return client


def _page(row: Model, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def _first(model: type[Model]) -> Model:
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    return row


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model._meta.model_name)
def test_a_crafted_form_changes_no_row_of_history(root: Client, model: type[Model]) -> None:
    row = _first(model)
    before = model._default_manager.filter(pk=row.pk).values().get()
    form = dict.fromkeys(before, "1") | {"_save": "Save"}
    assert root.post(_page(row, "change"), form).status_code == 403
    assert root.post(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_add"), form).status_code in {200, 403}
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_nothing_with_a_past_is_deleted_not_even_by_a_superuser(root: Client) -> None:
    for model in KEPT:
        row = _first(model)
        assert root.post(_page(row, "delete"), {"post": "yes"}).status_code == 403, model
        path = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
        root.post(path, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
        assert model._default_manager.filter(pk=row.pk).exists()


def test_a_limit_that_is_none_or_beyond_the_firms_is_an_error_on_its_field(root: Client) -> None:
    form = {"scope": "firm", "key": "", "rule": "max_position", "value": "100", "seen_version": "0"}
    assert root.post("/admin/risk/limit/add/", form).status_code == 302
    before = LimitVersion.objects.count()
    for value in ("-1", "0", "NaN", "Infinity", "", "1e99", "101"):
        answer = root.post("/admin/risk/limit/add/", form | {"scope": "symbol", "key": "IBM", "value": value})
        assert answer.status_code == 200, value
        assert "value" in answer.context["adminform"].form.errors
    assert LimitVersion.objects.count() == before


def test_a_button_pressed_from_another_page_lacks_its_token(root: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = root.cookies
    for button, (arguments, _) in BUTTONS.items():
        answer = careful.post(reverse(f"admin:{button}", kwargs=arguments), {"reason": "a forged form"})
        assert answer.status_code == 403, button
        assert b"CSRF" in answer.content


def test_no_page_can_be_framed(root: Client) -> None:
    for path in ("/", "/login", "/admin/", "/admin/risk/kill/add/", "/account/", "/admin/approvals/changerequest/"):
        answer = root.get(path)
        assert answer["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_log_in_leads_only_to_pages_of_ours(db: None) -> None:
    roles_sync()
    person = User.objects.create_user("somebody", password="correct horse battery", is_staff=True)
    person.groups.add(Group.objects.get(name="viewer"))
    told = {"username": "somebody", "password": "correct horse battery"}
    for path in ("/login", "/admin/login/"):
        for target in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
            answer = Client().post(f"{path}?{urlencode({'next': target})}", told | {"next": target})
            assert (answer.status_code, answer["Location"]) in {(302, "/"), (302, "/admin/")}


@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_edits_the_own_rights(db: None, role: Role) -> None:
    roles_sync()
    Account.objects.create(code=OWN, name=OWN, desk=Desk.objects.create(code="OWN", name="Own"))
    client = client_of(role)
    me = User.objects.get(username=f"{role}-person")
    held = set(me.get_all_permissions())
    form = {"username": me.username, "role": "admin", "is_superuser": "on", "is_active": "on", "reason": "a promotion", "_save": "Save"}
    groups = reverse("admin:auth_group_change", args=[Group.objects.get(name=role.value).pk])
    for path in (reverse("admin:auth_user_change", args=[me.pk]), groups):
        assert client.post(path, form | {"name": role.value, "permissions": ["1", "2"]}).status_code == 403
    me = User.objects.get(pk=me.pk)
    assert (set(me.get_all_permissions()), me.is_superuser) == (held, False)


def test_what_was_typed_in_is_shown_and_never_run(root: Client) -> None:
    attack = "<script>alert(1)</script>"
    root.post("/admin/risk/kill/add/", {"scope": "firm", "key": "", "reason": attack})
    kill = Kill.objects.get(scope="firm", reason=attack)
    entry = AuditEntry.objects.get(action="kill_set", object_id=str(kill.pk))
    told = (
        "risk/kill/",
        f"risk/kill/{kill.pk}/change/",
        "risk/accountexposure/home/",
        f"audit/auditentry/{entry.pk}/change/",
        "alerts/alert/",
    )
    for page in told:
        shown = root.get(f"/admin/{page}").content.decode()
        assert "&lt;script&gt;" in shown, page
        assert attack not in shown


def test_the_pages_named_here_are_in_the_admin() -> None:
    assert set(KEPT) <= set(admin.site._registry)
