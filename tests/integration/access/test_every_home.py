"""The admin's first page by role: which tiles, where they lead, which of them call, and how many queries that takes."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oms_site import home
from oms_site.infra.alerts.services import raise_alert
from oms_site.people import roles_sync
from risk.domain.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TRADING = ["Unanswered", "Open orders", "Fills", "Rejects", "Markets"]
VIEWER = ["Fails", "Kills", "Workers", "Stale prices", *TRADING]
CONTROL = ["Alerts", "Requests", "Done alone", "Breaks", *VIEWER, "Outbox", "Edits outside"]
HOMES = {
    Role.TRADER: ["Fails", *TRADING],
    Role.SALES: ["Fails", *TRADING],
    Role.VIEWER: VIEWER,
    Role.RISK: CONTROL,
    Role.OPERATIONS: CONTROL,
    Role.COMPLIANCE: CONTROL,
    Role.ADMIN: CONTROL,
}


@pytest.fixture
def of_role(db: None) -> Callable[[Role], tuple[User, Client]]:
    roles_sync()

    def make(role: Role) -> tuple[User, Client]:
        user = User.objects.create_user(role.value, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return user, client

    return make


def test_every_role_has_a_home() -> None:
    assert set(HOMES) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_a_home_has_the_tiles_of_its_role_and_each_leads_to_a_page_the_person_may_open(
    role: Role, of_role: Callable[[Role], tuple[User, Client]]
) -> None:
    user, client = of_role(role)
    tiles = home.tiles(user, timezone.now())
    assert [tile.name for tile in tiles] == HOMES[role]
    page = client.get("/admin/").content.decode()
    for tile in tiles:
        assert f"<strong>{tile.name}</strong>" in page
        answer = client.get(tile.url)
        assert answer.status_code == 200, f"{tile.name}: {tile.url} answered {answer.status_code}"


def test_what_waits_calls_and_nothing_else_does(of_role: Callable[[Role], tuple[User, Client]]) -> None:
    user, client = of_role(Role.OPERATIONS)
    calm = {tile.name for tile in home.tiles(user, timezone.now()) if tile.calls}
    raise_alert(key="a key", kind="replay", severity="warning", text="look", now=timezone.now())
    assert {tile.name for tile in home.tiles(user, timezone.now()) if tile.calls} == calm | {"Alerts"}
    assert '<li class="calls"><a href="/admin/alerts/alert/?seen=no"><b>1</b>' in client.get("/admin/").content.decode()


def test_a_home_takes_few_queries(
    of_role: Callable[[Role], tuple[User, Client]], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _, client = of_role(Role.ADMIN)
    client.get("/admin/")
    with django_assert_max_num_queries(25):
        client.get("/admin/")
