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
FIRST = {
    Role.TRADER: ["Open orders", "Fills", "Rejects", "Unanswered", "Markets", "Fails"],
    Role.SALES: ["Unanswered", "Rejects", "Open orders", "Fills", "Fails"],
    Role.VIEWER: VIEWER,
    Role.RISK: ["Alerts", "Requests", "Kills", "Stale prices", "Rejects", "Open orders", "Breaks"],
    Role.OPERATIONS: ["Alerts", "Fails", "Breaks", "Unanswered", "Workers", "Outbox", "Markets", "Requests"],
    Role.COMPLIANCE: ["Done alone", "Edits outside", "Alerts", "Requests", "Rejects", "Kills", "Breaks"],
    Role.ADMIN: ["Workers", "Outbox", "Edits outside", "Alerts", "Done alone", "Requests"],
}
ALL = {role: [*TRADING, "Fails"] for role in (Role.TRADER, Role.SALES)} | {Role.VIEWER: VIEWER}
HOMES = {role: [*first, *(name for name in ALL.get(role, CONTROL) if name not in first)] for role, first in FIRST.items()}
TITLES = {
    Role.TRADER: "Trading desk",
    Role.SALES: "Sales desk",
    Role.VIEWER: "Back office",
    Role.RISK: "Risk desk",
    Role.OPERATIONS: "Operations desk",
    Role.COMPLIANCE: "Compliance desk",
    Role.ADMIN: "Back office",
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
    tiles = home.tiles(user, timezone.now(), home.home_of(user))
    assert [tile.name for tile in tiles] == HOMES[role]
    page = client.get("/admin/").content.decode()
    assert f"<h1>{TITLES[role]}</h1>" in page
    for tile in tiles:
        assert f"<strong>{tile.name}</strong>" in page
        answer = client.get(tile.url)
        assert answer.status_code == 200, f"{tile.name}: {tile.url} answered {answer.status_code}"


def test_who_holds_several_roles_has_the_home_of_the_first(of_role: Callable[[Role], tuple[User, Client]]) -> None:
    user, client = of_role(Role.TRADER)
    user.groups.add(Group.objects.get(name=Role.RISK.value))
    assert "<h1>Risk desk</h1>" in client.get("/admin/").content.decode()


def test_what_waits_calls_and_nothing_else_does(of_role: Callable[[Role], tuple[User, Client]]) -> None:
    user, client = of_role(Role.OPERATIONS)
    calm = {tile.name for tile in home.tiles(user, timezone.now(), home.home_of(user)) if tile.calls}
    raise_alert(key="a key", kind="replay", severity="warning", text="look", now=timezone.now())
    assert {tile.name for tile in home.tiles(user, timezone.now(), home.home_of(user)) if tile.calls} == calm | {"Alerts"}
    assert '<li class="calls"><a href="/admin/alerts/alert/?seen=no"><b>1</b>' in client.get("/admin/").content.decode()


def test_a_home_takes_few_queries(
    of_role: Callable[[Role], tuple[User, Client]], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _, client = of_role(Role.ADMIN)
    client.get("/admin/")
    with django_assert_max_num_queries(22):
        client.get("/admin/")


def test_the_home_with_every_tile_takes_as_few(admin_client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    admin_client.get("/admin/")
    with django_assert_max_num_queries(25):
        admin_client.get("/admin/")
