"""Who sees, trades and cancels which accounts; each answer costs one query."""

import pytest
from django.contrib.auth.models import AnonymousUser

from risk import selectors
from risk.domain.roles import Role
from risk.models import Account
from tests.entitled import entitle

ALL = ["ACME-1", "HOUSE-LP", "ZEN-1"]
CUSTOMERS = ["ACME-1", "ZEN-1"]
OWN = ["ACME-1"]


@pytest.mark.parametrize(
    ("who", "accounts"),
    [
        ("trader", (OWN, OWN, OWN)),
        ("sales", (CUSTOMERS, [], [])),
        ("risk", (ALL, [], ALL)),
        ("operations", (ALL, [], ALL)),
        ("compliance", (ALL, [], [])),
        ("viewer", (ALL, [], [])),
        ("admin", (ALL, [], [])),
        ("root", (ALL, [], [])),
        ("stranger", ([], [], [])),
    ],
)
def test_a_role_decides_what_is_seen_and_only_an_entitled_trader_trades(people, django_assert_num_queries, who, accounts) -> None:
    asked = (selectors.visible_accounts, selectors.tradable_accounts, selectors.cancelable_accounts)
    for selector, expected in zip(asked, accounts, strict=True):
        with django_assert_num_queries(1):
            assert selector(people[who]) == expected


def test_an_entitlement_to_see_does_not_let_trade(people) -> None:
    entitle(people["trader"], "ZEN-1", can_trade=False)
    assert selectors.visible_accounts(people["trader"]) == CUSTOMERS
    assert selectors.tradable_accounts(people["trader"]) == OWN


def test_sales_trades_only_what_it_is_entitled_to(people) -> None:
    entitle(people["sales"], "ZEN-1")
    assert selectors.tradable_accounts(people["sales"]) == ["ZEN-1"]


def test_an_inactive_account_is_seen_and_canceled_but_not_traded(people) -> None:
    Account.objects.filter(pk="ACME-1").update(active=False)
    assert selectors.visible_accounts(people["trader"]) == OWN
    assert selectors.tradable_accounts(people["trader"]) == []
    assert selectors.cancelable_accounts(people["trader"]) == OWN


@pytest.mark.parametrize("who", ["inactive", "anonymous"])
def test_nobody_inactive_or_anonymous_has_anything(people, who) -> None:
    user = people["risk"] if who == "inactive" else AnonymousUser()
    user.is_active = False
    assert selectors.roles(user) == frozenset()
    assert selectors.visible_accounts(user) == []
    assert selectors.tradable_accounts(user) == []


def test_a_superuser_has_the_role_admin(people) -> None:
    assert selectors.roles(people["root"]) == {Role.ADMIN}
    assert selectors.roles(people["risk"]) == {Role.RISK}
