"""Requests, alerts and dead letters by role, with the permissions each role has in the product: every page and every button."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from oms_site.infra.alerts.models import Alert
from oms_site.infra.alerts.services import raise_alert
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.kinds import KINDS
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.people import roles_sync
from risk.domain.roles import Role
from tests.integration.approvals.conftest import GATE
from tests.integration.bus.conftest import world

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
__all__ = ["world"]

DESK = {Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN}
READS = {
    "/admin/approvals/changerequest/": DESK,
    "/admin/approvals/changerequest/{request}/change/": DESK,
    "/admin/approvals/changerequest/{request}/history/": DESK,
    "/admin/approvals/changerequest/add/": set(),
    "/admin/approvals/changerequest/{request}/delete/": set(),
    "/admin/alerts/alert/": DESK,
    "/admin/alerts/alert/{alert}/change/": DESK,
    "/admin/alerts/alert/{alert}/history/": DESK,
    "/admin/alerts/alert/{alert}/acknowledge/": DESK,
    "/admin/alerts/alert/add/": set(),
    "/admin/alerts/alert/{alert}/delete/": set(),
    "/admin/bus/outboxmessage/dead-letters/": DESK,
}
BUTTONS = {"approve", "reject", "withdraw", "review", "alone"}
DECIDES = {Role.RISK, Role.OPERATIONS}
"""Roles of the kind that is asked for here."""


@pytest.fixture
def client_of(db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Role], Client]:
    roles_sync()
    monkeypatch.setitem(KINDS, GATE.name, GATE)

    def make(role: Role, name: str = "person") -> Client:
        user = User.objects.create_user(f"{role}-{name}", is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def rows(client_of: Callable[[Role], Client]) -> dict[str, int]:
    """A request that waits, of somebody of operations, and an open alert."""
    asker = User.objects.create_user("asker")
    asker.groups.add(Group.objects.get(name="operations"))
    payload = {"name": "north", "owner": None}
    request = approvals.request_submit(actor=asker, kind="gate", payload=payload, reason="it is needed", now=timezone.now())
    alert = raise_alert(key="k", kind="test", severity="info", text="look", now=timezone.now())
    return {"request": request.pk, "alert": alert.pk}


@pytest.mark.parametrize("role", sorted(Role))
def test_a_role_opens_exactly_the_pages_the_table_says(client_of, rows, world, role: Role) -> None:
    client = client_of(role)
    opened = {page: client.get(page.format(**rows)).status_code for page in READS}
    assert opened == {page: 200 if role in roles else 403 for page, roles in READS.items()}


@pytest.mark.parametrize("button", sorted(BUTTONS))
@pytest.mark.parametrize("role", sorted(Role))
def test_a_button_does_something_only_for_the_roles_of_the_kind(client_of, rows, role: Role, button: str) -> None:
    client = client_of(role)
    answer = client.post(f"/admin/approvals/changerequest/{rows['request']}/{button}/", {"reason": "looked at it"})
    assert answer.status_code == (302 if role in DESK else 403)
    moved = ChangeRequest.objects.get().state != "requested"
    assert moved == (role in DECIDES and button in {"approve", "reject"})


@pytest.mark.parametrize("role", sorted(Role))
def test_the_desk_acknowledges(client_of, rows, role: Role) -> None:
    answer = client_of(role).post(f"/admin/alerts/alert/{rows['alert']}/acknowledge/")
    assert answer.status_code == (302 if role in DESK else 403)
    assert (Alert.objects.get().acknowledged_at is not None) == (role in DESK)


def test_every_button_of_these_rooms_is_in_the_tables() -> None:
    stock = ("changelist", "add", "history", "delete", "change")
    rooms = {"approvals", "alerts", "bus"}
    urls = [url for model, page in admin.site._registry.items() if model._meta.app_label in rooms for url in page.get_urls()]
    names = {url.name for url in urls if url.name and not url.name.endswith(stock)}
    decisions = {f"approvals_changerequest_{button}" for button in BUTTONS}
    assert names == decisions | {"alerts_alert_acknowledge", "bus_letters", "bus_letter_replay"}
