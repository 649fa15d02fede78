"""A kill is flat when no order of its scope is open any more in what has been told, not before; and what it may leave is counted apart."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from oms_site.infra.audit.models import AuditEntry
from risk import selectors
from risk import services as risk_services
from risk.domain.roles import Role
from risk.models import AccountExposure, Kill
from tests.integration.orders.conftest import NOW, person
from tests.integration.orders.test_projection import deliver

LATER = NOW + timedelta(seconds=1)
SCOPES = [("firm", ""), ("desk", "AGENCY"), ("account", "ACME-1"), ("trader", "trader1"), ("instrument", "IBM")]


@pytest.fixture
def risk1(market: None, trader: User) -> User:
    admin = person("admin1", Role.ADMIN)
    risk_services.desk_save(actor=admin, code="AGENCY", name="Agency", now=NOW)
    risk_services.account_save(actor=admin, code="ACME-1", name="Acme", desk="AGENCY", now=NOW)
    return person("risk1", Role.RISK)


def kill(actor: User, scope: str, key: str, **more) -> Kill:
    return risk_services.kill_set(actor=actor, scope=scope, key=key, reason="drill", now=NOW, **more)[0]


@pytest.mark.parametrize(("scope", "key"), SCOPES)
def test_it_is_flat_when_the_last_cancel_is_told(risk1, submit, log, scope, key) -> None:
    orders = [submit(), submit(side="sell")]
    held = kill(risk1, scope, key)
    deliver(*(log.step(order, "pending_new", prefix="E") for order in orders), *(log.step(order, "new") for order in orders))
    for left, order in ((2, orders[0]), (1, orders[1])):
        assert selectors.still_open(held).left == left
        assert risk_services.kills_settle(now=LATER) == 0
        deliver(log.step(order, "canceled", leaves_quantity=0, reason="risk_killed"))
    assert risk_services.kills_settle(now=LATER) == 1
    held.refresh_from_db()
    assert (held.state, held.flat_at) == ("flat", LATER)
    assert risk_services.kills_settle(now=LATER) == 0
    assert list(AuditEntry.objects.filter(action="kill_flat").values_list("object_id", flat=True)) == [str(held.pk)]


@pytest.mark.parametrize(("scope", "key"), [("account", "ZEN-1"), ("trader", "risk1"), ("instrument", "EURUSD")])
def test_orders_of_another_scope_are_not_its_business(risk1, submit, scope, key) -> None:
    submit()
    assert selectors.still_open(kill(risk1, scope, key)).left == 0


def test_what_can_only_reduce_may_stay_in_the_order_it_was_entered(risk1, submit, log) -> None:
    orders = [submit(side="sell"), submit(side="sell"), submit()]
    deliver(*(log.step(order, "pending_new", prefix="E") for order in orders))
    symbols = {"IBM": {"position": "150", "open_buy": "100", "open_sell": "200"}}
    AccountExposure.objects.create(account="ACME-1", seq=3, open_orders=3, symbols=symbols, updated_at=NOW)
    assert selectors.still_open(kill(risk1, "account", "ACME-1", spare_reducing=True)) == (2, 1)
    assert selectors.still_open(kill(risk1, "firm", "")) == (3, 0)
