"""No door lets one person do what needs two: every kind the product has, by every way in, a superuser too. A kind without a row fails."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.urls import get_resolver
from django.utils import timezone

from marketdata.models import Instrument
from oms_site.infra.approvals.kinds import KINDS
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.errors import OmsError
from oms_site.people import roles_sync
from orders import services as order_services
from orders.domain.entry import BUST
from orders.models import Execution, TradeCorrection
from risk import services
from risk.domain.settings import Said
from risk.models import Account, Entitlement, LimitVersion, Setting
from schemas.messages import OrderCommand
from schemas.topics import ORDERS
from schemas.units import ONE, from_units
from tests.entitled import entitle
from tests.integration.approvals import governed
from tests.integration.approvals.governed import LIMIT, Governed, by_bulk_action, by_crafted_addresses, posts, sql
from tests.integration.approvals.test_dead_letters import put_aside
from tests.integration.bus.conftest import world
from tests.integration.orders import conftest as orders_conftest
from tests.integration.orders.conftest import Log, new_order
from tests.integration.orders.test_changes import commands
from tests.integration.orders.test_corrections import Traded
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import people as risk_people

pytestmark = [pytest.mark.servers, pytest.mark.django_db]
__all__ = ["risk_people", "world"]

PRODUCT = sorted(KINDS)
People = Mapping[str, User]
Made = Callable[[People, Any], Governed]


def entitlement_widened(people: People, _: Any) -> Governed:
    """Somebody who may buy at ACME-1 is to trade ZEN-1 too."""
    zen = Account.objects.get(pk="ZEN-1")
    user = people["trader"]
    narrow = entitle(user, "ZEN-1", side="buy")
    whole = services.Right(can_trade=True)
    form = {"user": str(user.pk), "account": "ZEN-1", "can_trade": "on", "side": "", "group": "", "reason": "it is needed"}
    row = {"user": user, "account": zen, "can_trade": True}

    def alone(person: User) -> object:
        return services.entitlement_set(actor=person, user=user, account=zen, right=whole, now=timezone.now())

    return Governed(
        lambda: list(Entitlement.objects.filter(user=user, account=zen).values_list("side", flat=True)) != ["buy"],
        {
            "service": alone,
            "row": lambda _: Entitlement.objects.create(**row),
            "row in bulk": lambda _: Entitlement.objects.bulk_create([Entitlement(**row, side="sell")]),
            "rows": lambda _: Entitlement.objects.filter(pk=narrow.pk).update(side=""),
            "sql": sql("UPDATE risk_entitlement SET side = '' WHERE id = %s", narrow.pk),
        },
        {
            "page": posts("/admin/risk/entitlement/add/", form),
            "address": lambda person: governed.browser(person).post(f"/admin/risk/entitlement/{narrow.pk}/change/", form),
            "list": lambda person: governed.browser(person).post(
                "/admin/risk/entitlement/", {"form-0-id": str(narrow.pk), "form-0-side": "", "_save": "Save"}
            ),
        },
    )


def trade_busted(people: People, _: Any) -> Governed:
    """A trade of two orders, to be taken back."""
    for code in ("ACME-1", "ZEN-1"):
        entitle(people["sales"], code)

    def submit(**changes: Any) -> dict[str, Any]:
        order = new_order(**changes)
        return order_services.order_submit(actor=people["trader"], order=order, now=orders_conftest.NOW, request_id="r", unique=1).order

    traded = Traded(submit, Log())
    fill = Execution.objects.filter(trade_id="T1", side="buy").get()
    columns = {"trade_id": "T1", "reason": "mine", "requested_at": timezone.now(), "was_quantity": 40}

    def alone(person: User) -> object:
        return order_services.trade_correct(
            actor=person, order_id=traded.buy["id"], trade_id="T1", wanted=BUST, approval=None, now=timezone.now(), request_id="r"
        )

    def row(person: User) -> object:
        return TradeCorrection.objects.create(**columns, was_price=Decimal(181), requested_by=person)

    return Governed(
        lambda: bool(commands("trade_correct")) or TradeCorrection.objects.exists(),
        {
            "service": alone,
            "row": row,
        },
        {
            "page": posts(f"/admin/orders/execution/{fill.pk}/bust/", {"reason": "fat finger"}),
            "page to correct": posts(f"/admin/orders/execution/{fill.pk}/correct/", {"quantity": "1", "price": "1", "reason": "no"}),
            "address": by_crafted_addresses("orders/execution", fill.pk, {"last_quantity": "1"}),
            "bulk action": by_bulk_action("orders/execution", fill.pk, last_quantity="1"),
        },
    )


def letter_sent_again(_: People, made: Any) -> Governed:
    """A command that a worker has put aside."""
    put_aside(made, ORDERS, OrderCommand("cancel", 7, "O1", "ACME-1", "IBM", 1, user="trader"))
    return governed.letter_sent_again(made)


def setting(said: Said, page: str, form: Mapping[str, str]) -> Made:
    return lambda people, _: governed.setting_put_in(people, said, page, form)


SHADOW = Said("rule", "fat_finger", details={"mode": "shadow"})
CASH = {"account": "ACME-1", "currency": "USD", "value": "5"}
KIND_TABLE: dict[str, Made] = {
    "account_activate": lambda people, _: governed.account_activated(people),
    "bypass": lambda people, _: governed.bypass_given(people),
    "dead_letter_replay": letter_sent_again,
    "enable": setting(Said("enable", "ACME-1"), "enabling", {"key": "ACME-1"}),
    "entitlement_widen": entitlement_widened,
    "fee_schedule": lambda people, _: governed.fees_set(people),
    "kill_release": lambda people, _: governed.kill_released(people),
    "limit_loosen": lambda people, _: governed.limit_loosened(people, until=False),
    "limit_loosen_until": lambda people, _: governed.limit_loosened(people, until=True),
    "manual_cash": setting(Said("cash", "ACME-1/USD", 5 * ONE), "cashentry", CASH),
    "manual_position": lambda people, _: governed.position_put_in(people),
    "restriction_lift": lambda people, _: governed.restriction_lifted(people),
    "rule_mode": setting(SHADOW, "rulemode", {"rule": "fat_finger", "mode": "shadow"}),
    "trade_correct": trade_busted,
}
REST_THAT_LOOSENS = {"api/risk/kill/<int:kill_id>/release"}
"""Every REST route by which something under two people is asked for. A new one is tried in its kind's row."""


@pytest.fixture
def desk(risk_people: dict[str, User]) -> dict[str, User]:
    """One person of each role, with the permissions the roles have in the product, at the desk."""
    roles_sync()
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=180, max_quantity=10_000)
    return risk_people


def one_person(kind: str, *, superuser: bool) -> User:
    """Somebody who may both ask for and decide this kind, and has not had a part in it."""
    user = User.objects.create_user("alone", is_staff=True, is_superuser=superuser)
    user.groups.set(Group.objects.filter(name__in=[str(role) for role in KINDS[kind].may_request | KINDS[kind].may_approve]))
    return user


def test_every_kind_has_its_row() -> None:
    assert sorted(KIND_TABLE) == PRODUCT


def test_no_other_route_loosens() -> None:
    written = {str(pattern) for pattern in _routes(get_resolver().url_patterns, "")}
    assert {path for path in written if "release" in path or "approv" in path or "request" in path} == REST_THAT_LOOSENS


def _routes(patterns: list[Any], prefix: str) -> list[str]:
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        found += _routes(pattern.url_patterns, path) if hasattr(pattern, "url_patterns") else [path]
    return [path for path in found if path.startswith("api/")] if not prefix else found


@pytest.mark.parametrize("superuser", [False, True], ids=["of the role", "superuser"])
@pytest.mark.parametrize("kind", PRODUCT)
def test_one_person_does_it_by_no_door(kind: str, superuser: bool, desk, world) -> None:
    case = KIND_TABLE[kind](desk, world)
    alone = one_person(kind, superuser=superuser)
    assert not case.done()
    for name, way in case.raising.items():
        with pytest.raises((OmsError, DatabaseError, CommandError)), transaction.atomic():
            way(alone)
        assert not case.done(), name
    for name, way in {**case.pages, **case.rest}.items():
        way(alone)
        assert not case.done(), name
    waiting = ChangeRequest.objects.filter(requested_by=alone)
    assert waiting.exists(), "a page asks a second person: else these forms prove nothing"
    for request in waiting:
        _approve_by_page(alone, request)
        request.refresh_from_db()
        assert (request.state, case.done()) == ("requested", False)


def _approve_by_page(person: User, request: ChangeRequest) -> None:
    governed.browser(person).post(f"/admin/approvals/changerequest/{request.pk}/approve/", {"reason": "I agree"})


# an approval lets through what it was given for, and nothing else


def test_a_used_approval_of_the_same_kind_lets_no_other_row_through(desk) -> None:
    now = timezone.now()
    said = Said("cash", "ACME-1/USD", 5 * ONE)
    asked = services.setting_ask_or_set(actor=desk["risk"], said=said, reason="it is needed", now=now)
    agree(desk["risk2"], asked, now)
    row = {"scope": "cash", "key": "ACME-1/USD", "version": 2, "set_at": now, "reason": "raw", "approval": asked}
    for value in (5, 500):
        with pytest.raises(DatabaseError), transaction.atomic():
            Setting.objects.create(**row, value=value)


def test_a_used_approval_of_a_limit_is_for_that_limit_and_that_version(desk) -> None:
    now = timezone.now()
    services.limit_set(actor=desk["risk"], value=from_units(100 * ONE), now=now, **LIMIT)
    change = services.LimitChange(**LIMIT, value=from_units(150 * ONE))
    asked = services.limits_request(actor=desk["risk"], changes=[change], reason="a large mandate", now=now)
    agree(desk["risk2"], asked, now)
    for version, value in ((2, 150), (3, 151), (3, 150)):
        raw = {**LIMIT, "version": version, "value": value, "set_at": now, "approval": asked}
        if (version, value) == (3, 150):
            LimitVersion.objects.create(**raw)  # as it stands: nothing is loosened
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            LimitVersion.objects.create(**raw)


def test_a_limit_that_was_tightened_for_a_moment_is_not_forgotten_when_it_is_over(desk) -> None:
    now = timezone.now()
    services.limit_set(actor=desk["risk"], value=from_units(100 * ONE), now=now, **LIMIT)
    tight = services.LimitChange(**LIMIT, value=from_units(50 * ONE), effective_until=now + timedelta(minutes=1))
    services.limits_apply(actor=desk["risk"], changes=[tight], reason="", now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        LimitVersion.objects.create(**LIMIT, version=3, value=150, set_at=now + timedelta(minutes=2))
    services.limits_apply(
        actor=desk["risk"],
        changes=[services.LimitChange(**LIMIT, value=from_units(90 * ONE))],
        reason="",
        now=now + timedelta(minutes=2),
    )


def test_an_account_is_activated_again_by_each_approval_once(desk) -> None:
    now = timezone.now()
    terms = {"code": "ACME-1", "name": "ACME-1", "now": now}
    services.account_save(actor=desk["operations"], active=False, **terms)
    account = Account.objects.get(pk="ACME-1")
    asked = services.account_state_request(
        actor=desk["operations"], account=account, active=True, close_only=False, reason="it is needed", now=now
    )
    agree(desk["risk"], asked, now)
    account.refresh_from_db()
    assert (account.active, account.approval_id) == (True, asked.pk)
    services.account_save(actor=desk["operations"], active=False, **terms)
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(pk="ACME-1").update(active=True, approval=asked)
