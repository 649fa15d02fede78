"""Accounts: who may make and change them."""

import pytest
from django.core.exceptions import ValidationError

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden
from risk import selectors, services
from risk.models import Account
from tests.integration.risk.conftest import NOW


def save(actor, code="NEW-1", name="New", **more) -> Account:
    return services.account_save(actor=actor, code=code, name=name, now=NOW, **more)


@pytest.mark.parametrize("who", ["operations", "admin", "root"])
def test_an_account_is_made_and_changed_with_an_audit_entry_each(people, who) -> None:
    save(people[who])
    save(people[who], name="Newer")
    save(people[who], name="Newer")
    assert Account.objects.get(pk="NEW-1").name == "Newer"
    assert AuditEntry.objects.filter(action="account_saved", object_id="NEW-1").count() == 2


@pytest.mark.parametrize("who", ["trader", "sales", "risk", "compliance", "viewer", "stranger"])
def test_who_makes_no_accounts(people, who) -> None:
    with pytest.raises(Forbidden):
        save(people[who])


@pytest.mark.parametrize("code", ["", "small", "A B", "É-1", "A/../B", "*"])
def test_a_code_is_capitals_digits_and_hyphens(people, code) -> None:
    with pytest.raises((services.AccountInvalid, ValidationError)):
        save(people["admin"], code)


def test_the_kind_of_an_account_stays(people) -> None:
    with pytest.raises(services.AccountInvalid):
        save(people["admin"], "ACME-1", kind="house")


def test_the_group_an_account_shares_for_self_trade_prevention_is_saved_with_an_audit_entry(people) -> None:
    for code in ("ACME-1", "ZEN-1"):
        save(people["operations"], code, name=code, self_trade_group="FAMILY")
    assert selectors.self_trade_groups(["ACME-1", "ZEN-1", "HOUSE-LP"]) == {"ACME-1": "FAMILY", "ZEN-1": "FAMILY"}
    entry = AuditEntry.objects.filter(action="account_saved", object_id="ZEN-1").get()
    assert (entry.detail["before"]["self_trade_group"], entry.detail["after"]["self_trade_group"]) == ("", "FAMILY")
    save(people["operations"], "ZEN-1", name="ZEN-1")
    assert selectors.self_trade_groups(["ZEN-1"]) == {"ZEN-1": "FAMILY"}, "what is not told stays"
    save(people["operations"], "ZEN-1", name="ZEN-1", self_trade_group="")
    assert selectors.self_trade_groups(["ZEN-1"]) == {}


@pytest.mark.parametrize("group", ["small", "A B", "É", "ACME-1", "HOUSE-LP"])
def test_a_group_has_a_name_that_no_account_has(people, group) -> None:
    with pytest.raises(services.AccountInvalid) as refused:
        save(people["admin"], "ZEN-1", name="ZEN-1", self_trade_group=group)
    assert refused.value.field == "self_trade_group"


def test_no_account_is_made_by_the_name_of_a_group(people) -> None:
    save(people["admin"], "ZEN-1", name="ZEN-1", self_trade_group="FAMILY")
    with pytest.raises(services.AccountInvalid):
        save(people["admin"], "FAMILY")
