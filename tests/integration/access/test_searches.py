"""Searches of a list that a person has saved: there again for that person, on that list, and for nobody else."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from oms_site.infra.searches.models import SavedSearch
from oms_site.people import roles_sync
from risk.domain.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
LIST = "/admin/orders/order/"
SAVE = "/admin/search-save"


@pytest.fixture
def of_role(db: None) -> Callable[[str, Role], Client]:
    roles_sync()

    def make(name: str, role: Role) -> Client:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=role.value))
        client = Client()
        client.force_login(user)
        return client

    return make


def save(client: Client, name: str, query: str, page: str = "orders_order"):
    return client.post(SAVE, {"page": page, "name": name, "query": query}, follow=True)


def test_a_saved_search_is_on_its_list_for_its_person_alone(of_role) -> None:
    mine, other = of_role("ops1", Role.OPERATIONS), of_role("ops2", Role.OPERATIONS)
    answer = save(mine, "  open   buys ", "open=yes&side=buy&p=3")
    assert answer.redirect_chain == [(f"{LIST}?open=yes&side=buy", 302)]
    assert '<a href="?open=yes&amp;side=buy" aria-current="page">open buys</a>' in answer.content.decode()
    assert "open buys" in mine.get(LIST).content.decode()
    assert "open buys" not in other.get(LIST).content.decode()
    assert "open buys" not in mine.get("/admin/orders/execution/").content.decode()


def test_saved_again_under_its_name_it_has_the_new_query(of_role) -> None:
    client = of_role("ops1", Role.OPERATIONS)
    save(client, "mine", "open=yes")
    save(client, "mine", "open=no")
    assert list(SavedSearch.objects.values_list("name", "query")) == [("mine", "open=no")]


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("", "open=yes", "must be told, in at most"),
        ("x" * 41, "open=yes", "at most 40"),
        ("all", "p=2", "filter, search or sort the list first"),
    ],
)
def test_what_cannot_be_saved_says_what_to_do(of_role, name: str, query: str, told: str) -> None:
    assert told in save(of_role("ops1", Role.OPERATIONS), name, query).content.decode()
    assert not SavedSearch.objects.exists()


def test_a_search_is_forgotten_by_its_person_alone(of_role) -> None:
    mine, other = of_role("ops1", Role.OPERATIONS), of_role("ops2", Role.OPERATIONS)
    save(mine, "mine", "open=yes")
    forget = f"/admin/search-forget/{SavedSearch.objects.get().pk}"
    assert other.post(forget).status_code == 404
    assert mine.get(forget).status_code == 405
    assert mine.post(forget).status_code == 302
    assert not SavedSearch.objects.exists()


def test_a_list_one_may_not_see_or_that_is_none_keeps_no_search(of_role) -> None:
    client = of_role("trader9", Role.TRADER)
    for page in ("audit_auditentry", "nothing", "orders_order/../"):
        assert save(client, "mine", "q=1", page).status_code == 404
    assert Client().post(SAVE, {}).status_code == 302
    assert not SavedSearch.objects.exists()
