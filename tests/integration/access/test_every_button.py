"""Every list, button and bulk action of the admin by role, from its registry: denied by default, and one that is not listed fails."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory
from django.urls import reverse

from oms_site.people import ADD, CHANGE, DELETE, VIEW, roles_sync
from risk.domain.roles import Role
from tests.integration.bus.conftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
__all__ = ["world"]

REGISTRY = dict(sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label_lower))
STOCK = ("changelist", "add", "history", "delete", "change")
EVERYONE = frozenset(Role)
DESK = frozenset({Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN})
SEES_ALL = EVERYONE - {Role.TRADER, Role.SALES}
CONTROL = frozenset({Role.RISK, Role.ADMIN})
BACK_OFFICE = frozenset({Role.OPERATIONS, Role.ADMIN})
CANCELS = EVERYONE - {Role.COMPLIANCE, Role.VIEWER}
ADMINS = frozenset({Role.ADMIN})
NOBODY: frozenset[Role] = frozenset()

BUTTONS: dict[str, tuple[dict[str, str | int], frozenset[Role]]] = {
    "alerts_alert_acknowledge": ({"pk": 1}, DESK),
    **{f"approvals_changerequest_{verb}": ({"pk": 1}, DESK) for verb in ("approve", "reject", "withdraw", "review", "alone")},
    **{f"auth_user_{name}": ({"pk": 1}, ADMINS) for name in ("password", "out", "codes")},
    "axes_accessattempt_release": ({"pk": 1}, ADMINS),
    "bus_letters": ({}, DESK),
    "bus_letter_replay": ({"topic": "orders", "partition": 0, "offset": 0}, DESK),
    "marketdata_housequoting_switch": ({"way": "off"}, BACK_OFFICE),
    "marketdata_instrument_market": ({"symbol": "NOSUCH", "action": "halt"}, BACK_OFFICE | {Role.RISK}),
    "marketdata_syntheticregime_turn": ({}, BACK_OFFICE),
    "marketdata_quotereplay_control": ({"replay": 1, "word": "pause"}, BACK_OFFICE),
    **{f"orders_execution_{name}": ({"pk": "X"}, CANCELS) for name in ("bust", "correct")},
    **{f"orders_order_{name}": ({"pk": "X"}, CANCELS) for name in ("cancel", "restate", "split")},
    **{f"reporting_export_{name}": ({"pk": 1}, EVERYONE) for name in ("cancel", "download")},
    "reporting_ledger": ({}, EVERYONE),
    "reporting_profit": ({}, EVERYONE),
    **{f"reporting_settlement_{name}": ({"pk": "X"}, BACK_OFFICE) for name in ("own", "retry", "buy-in")},
    "risk_home": ({}, SEES_ALL),
    "risk_apitoken_revoke": ({"pk": "x"}, ADMINS),
    "risk_kill_release": ({"pk": 1}, CONTROL),
    "risk_kill_state": ({"pk": 1}, SEES_ALL),
    "risk_limit_export": ({}, SEES_ALL),
    "risk_limit_import": ({}, CONTROL),
    "risk_limit_remove": ({"pk": 1}, CONTROL),
    "risk_websession_revoke": ({"pk": "x"}, ADMINS),
    **{f"supervision_desiredworker_{verb}": ({"name": "risk"}, BACK_OFFICE) for verb in ("run", "pause", "stop", "restart")},
    "tracking_chain": ({"key": "nothing"}, DESK),
}
"""By address name: its arguments, and who gets past the door. What is behind it is of no row: who is let in finds nothing (404)."""

TASKS = frozenset({"enable_tasks", "disable_tasks", "toggle_tasks", "run_tasks"})
ACTIONS: dict[tuple[str, str], frozenset[Role]] = {
    **{("django_celery_beat.periodictask", name): ADMINS for name in TASKS},
    **{("marketdata.housequoting", name): BACK_OFFICE for name in ("turn_on", "turn_off")},
    ("alerts.alert", "acknowledge_many"): DESK,
    ("orders.order", "cancel_many"): CANCELS,
}
"""Bulk actions by model, and the roles that are offered them. Nothing else can be done to several rows at once."""
ROOT_ALONE = {f"django_celery_beat.{name}schedule" for name in ("clocked", "crontab", "interval", "solar")}
"""Lists that no role sees: a superuser's, as what is in them belongs to the code."""


FORMS = {"marketdata.quotereplay": BACK_OFFICE}
"""Forms to add something that the room's own table of roles opens."""


def buttons() -> set[str]:
    """Names of every address of every page that is not the stock admin's."""
    urls = [url for page in REGISTRY.values() for url in page.get_urls()]
    return {url.name for url in urls if url.name and not url.name.endswith(STOCK)}


@pytest.fixture
def client_of(db: None) -> Callable[[Role], Client]:
    roles_sync()

    def make(role: Role) -> Client:
        user = User.objects.create_user(f"{role}-person", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return make


def test_every_button_is_listed_here_and_every_listed_button_exists() -> None:
    assert buttons() == set(BUTTONS)


@pytest.mark.parametrize("role", sorted(Role))
def test_a_button_lets_in_exactly_the_roles_of_its_row(client_of, world, role: Role) -> None:
    client = client_of(role)
    wrong = []
    for name, (arguments, roles) in BUTTONS.items():
        path = reverse(f"admin:{name}", kwargs=arguments)
        answers = {method: getattr(client, method)(path).status_code for method in ("get", "post")}
        if any((status == 403) == (role in roles) for status in answers.values()):
            wrong.append((name, answers))
    assert not wrong


def test_without_a_log_in_a_button_leads_to_the_log_in(db: None) -> None:
    for button, (arguments, _) in BUTTONS.items():
        for method in ("get", "post"):
            answer = getattr(Client(), method)(reverse(f"admin:{button}", kwargs=arguments))
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), button


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_sees_exactly_the_lists_and_forms_of_the_table(client_of, role: Role) -> None:
    client = client_of(role)
    wrong = []
    for model in REGISTRY:
        label = f"{model._meta.app_label}.{model._meta.model_name}"
        for page, table in (("changelist", VIEW), ("add", ADD)):
            status = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")).status_code
            listed = role in FORMS.get(label, ()) if page == "add" and label in FORMS else label in table.get(role, ())
            if status != (200 if listed else 403):
                wrong.append((label, page, status))
    assert not wrong


def test_every_list_is_of_some_role_or_of_the_superuser_alone() -> None:
    seen = {label for labels in VIEW.values() for label in labels}
    assert {f"{model._meta.app_label}.{model._meta.model_name}" for model in REGISTRY} == seen | ROOT_ALONE


def test_what_a_role_changes_adds_or_deletes_it_sees() -> None:
    for table in (CHANGE, ADD, DELETE):
        for role, labels in table.items():
            assert set(labels) <= set(VIEW[role]), role


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_is_offered_exactly_the_bulk_actions_of_the_table(client_of, role: Role) -> None:
    client_of(role)
    request = RequestFactory().get("/")
    request.user = User.objects.get(username=f"{role}-person")
    offered = {
        (model._meta.label_lower, name)
        for model, page in REGISTRY.items()
        if page.has_view_permission(request)
        for name in page.get_actions(request)
    }
    assert offered == {key for key, roles in ACTIONS.items() if role in roles}


def test_nothing_is_edited_in_a_list_not_even_by_a_superuser() -> None:
    assert {model._meta.label_lower for model, page in REGISTRY.items() if page.list_editable} == set()
