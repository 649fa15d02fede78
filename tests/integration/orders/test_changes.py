"""Cancel, replace and mass cancel: each acceptance is one command, each command one answer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from orders import services
from orders.domain.entry import Replacement, Scope
from orders.models import Execution, Order
from orders.selectors import event_object
from risk.domain.roles import Role
from schemas.codec import decode
from schemas.messages import Conditions, OrderCommand
from schemas.units import ONE, to_units
from tests.integration.orders.conftest import NOW, Log, conditional, new_order, person
from tests.integration.orders.test_projection import deliver

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
EVERYTHING = Scope(None, None, None, None)


def commands(kind: str) -> list[OrderCommand]:
    found = [decode(OrderCommand, bytes(row.body)) for row in OutboxMessage.objects.order_by("id")]
    return [command for command in found if command.command == kind]


def cancel(actor: User, order: dict[str, Any]) -> dict[str, Any]:
    return services.order_cancel(actor=actor, order_id=order["id"], now=NOW, request_id="r")


def replace(actor: User, order: dict[str, Any], quantity: int = 50) -> dict[str, Any]:
    wanted = Replacement(to_units(quantity), None, "request-1")
    return services.order_replace(actor=actor, order_id=order["id"], wanted=wanted, now=NOW, request_id="r")


def mass(actor: User, scope: Scope = EVERYTHING) -> int:
    return services.orders_mass_cancel(actor=actor, scope=scope, now=NOW, request_id="r").requested


def working(log: Log, *orders: dict[str, Any]) -> None:
    for order in orders:
        deliver(log.step(order, "pending_new", prefix="E"), log.step(order, "new"))


def test_a_cancel_is_one_command_however_often_it_is_asked_for(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    working(log, order)
    for _ in range(3):
        assert cancel(trader, order)["status"] == "new"
    deliver(log.step(order, "pending_cancel", prefix="E"))
    assert cancel(trader, order)["status"] == "pending_cancel"
    (command,) = commands("cancel")
    assert (command.id, command.account, command.symbol, command.reason) == (order["id"], "ACME-1", "IBM", "cancel_requested")
    assert AuditEntry.objects.filter(action="order_cancel_requested").count() == 1
    deliver(log.step(order, "canceled", leaves_quantity=0))
    with pytest.raises(services.OrderNotCancellable) as refusal:
        cancel(trader, order)
    assert (refusal.value.status, refusal.value.code) == (409, "order_closed")


def test_an_order_may_be_canceled_before_it_is_acknowledged(submit: Submit, trader: User) -> None:
    order = submit()
    cancel(trader, order)
    assert len(commands("cancel")) == 1


def test_after_a_refused_cancel_another_may_be_asked_for(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    working(log, order)
    cancel(trader, order)
    deliver(log.step(order, "pending_cancel", prefix="E"), log.step(order, "cancel_rejected", reason="order_too_late_to_cancel"))
    cancel(trader, order)
    assert len(commands("cancel")) == 2


def test_while_a_cancel_lost_its_race_but_is_not_answered_nothing_more_is_asked(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    working(log, order)
    cancel(trader, order)
    deliver(log.step(order, "pending_cancel", prefix="E"), log.fill(order, 100, 100))
    assert cancel(trader, order)["status"] == "pending_cancel"
    deliver(log.step(order, "cancel_rejected", reason="order_too_late_to_cancel", cum_quantity=to_units(100), leaves_quantity=0))
    assert len(commands("cancel")) == 1
    with pytest.raises(services.OrderNotCancellable, match="filled"):
        cancel(trader, order)


def test_a_replace_says_only_what_changes(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    working(log, order)
    replace(trader, order)
    (command,) = commands("replace")
    assert (command.quantity, command.price, command.client_order_id) == (to_units(50), None, "request-1")
    entry = AuditEntry.objects.get(action="order_replace_requested")
    assert entry.detail["from"] == {"quantity": "100", "price": "181.25"}
    assert entry.detail["to"] == {"quantity": "50", "price": None}
    assert Order.objects.get().client_order_id is None, "the order keeps its own name"


def test_a_closed_order_or_one_being_canceled_takes_no_new_terms(submit: Submit, trader: User, log: Log) -> None:
    canceled, filled = submit(), submit()
    working(log, canceled, filled)
    cancel(trader, canceled)
    deliver(log.fill(filled, 100, 100))
    for order in (canceled, filled):
        with pytest.raises(services.OrderNotReplaceable):
            replace(trader, order)
    assert commands("replace") == []


def test_an_order_one_may_not_see_is_as_good_as_none(submit: Submit, trader: User) -> None:
    order = submit()
    stranger = person("trader2", Role.TRADER, "ZEN-1")
    for unknown in (order, order | {"id": "O-NONE"}, order | {"id": "../x\x00"}, order | {"id": "x" * 900}):
        for action in (cancel, replace):
            with pytest.raises(NotFound):
                action(stranger, unknown)
    assert len(OutboxMessage.objects.all()) == 1


def test_who_only_looks_may_not_change_and_risk_may_cancel_but_not_replace(submit: Submit) -> None:
    order = submit()
    viewer, risk = person("viewer", Role.VIEWER), person("risk1", Role.RISK)
    for action in (cancel, replace):
        with pytest.raises(Forbidden):
            action(viewer, order)
    with pytest.raises(Forbidden):
        replace(risk, order)
    cancel(risk, order)
    with pytest.raises(Forbidden):
        mass(viewer)


def test_a_mass_cancel_covers_every_open_order_in_scope_with_one_command_an_account(submit: Submit, trader: User, log: Log) -> None:
    orders = [submit(), submit(side="sell"), submit(symbol="EURUSD", price=100_000_000), submit()]
    closed, pending = submit(), submit()
    working(log, *orders, closed, pending)
    deliver(log.step(closed, "canceled", leaves_quantity=0), log.step(pending, "pending_cancel", prefix="E"))
    cancel(trader, orders[3])
    assert mass(trader, Scope("ACME-1", "IBM", "buy", "out to lunch")) == 1
    assert mass(trader, Scope(None, "EURUSD", None, None)) == 1
    assert mass(trader) == 3
    first, second, third = commands("mass_cancel")
    assert (first.account, first.symbol, first.side, first.reason) == ("ACME-1", "IBM", "buy", "cancel_requested")
    assert (second.symbol, second.side, third.symbol, third.side) == ("EURUSD", None, "", None)
    assert AuditEntry.objects.filter(action="orders_cancel_requested").count() == 3
    assert AuditEntry.objects.filter(detail__reason="out to lunch").count() == 1


def test_a_mass_cancel_reaches_the_callers_accounts_only(submit: Submit, trader: User) -> None:
    submit()
    other = person("trader2", Role.TRADER, "ZEN-1")
    services.order_submit(actor=other, order=new_order(account="ZEN-1"), now=NOW, request_id="r", unique=10**6)
    assert mass(other) == 1
    assert {command.account for command in commands("mass_cancel")} == {"ZEN-1"}
    for account in ("ACME-1", "NOBODY"):
        with pytest.raises(InvalidInput) as refusal:
            mass(other, Scope(account, None, None, None))
        assert refusal.value.field == "account"
    assert mass(person("ops1", Role.OPERATIONS)) == 2


def test_a_mass_cancel_of_nothing_is_no_command(trader: User) -> None:
    assert mass(trader) == 0
    assert not OutboxMessage.objects.exists()


def test_a_stop_gets_a_new_stop_price_until_it_has_triggered(submit: Submit, trader: User, log: Log) -> None:
    stands = Conditions(stop_price=190 * ONE)
    order = submit(**conditional("stop", price=None, stop_price=190 * ONE))
    deliver(log.step(order, "pending_new", prefix="E", conditions=stands), log.step(order, "new", conditions=stands))
    wanted = Replacement(None, None, stop_price=191 * ONE)

    def ask() -> None:
        services.order_replace(actor=trader, order_id=order["id"], wanted=wanted, now=NOW, request_id="r")

    ask()
    (command,) = commands("replace")
    assert (command.quantity, command.price, command.conditions) == (None, None, Conditions(stop_price=191 * ONE))
    assert AuditEntry.objects.get(action="order_replace_requested").detail["to"]["stop_price"] == "191"
    deliver(log.step(order, "triggered", conditions=stands))
    with pytest.raises(services.OrderNotReplaceable, match="triggered") as refusal:
        ask()
    assert refusal.value.field == "stop_price"


def test_a_mass_cancel_of_a_trader_covers_what_that_trader_entered(submit: Submit, trader: User) -> None:
    submit()
    submit(**conditional("stop", price=None, stop_price=190 * ONE))
    colleague = person("colleague", Role.TRADER, "ACME-1")
    services.order_submit(actor=colleague, order=new_order(), now=NOW, request_id="r", unique=10**6)
    assert mass(colleague, EVERYTHING._replace(trader="colleague")) == 1
    for desk in (person("risk1", Role.RISK), person("ops1", Role.OPERATIONS)):
        assert mass(desk, EVERYTHING._replace(trader="trader1")) == 2, "parked stops included"
    assert [(command.account, command.trader, command.user) for command in commands("mass_cancel")] == [
        ("ACME-1", "colleague", "colleague"),
        ("ACME-1", "trader1", "risk1"),
        ("ACME-1", "trader1", "ops1"),
    ]
    assert AuditEntry.objects.filter(action="orders_cancel_requested", detail__trader="trader1").count() == 2


def test_another_traders_orders_are_the_desks_to_cancel(submit: Submit, trader: User) -> None:
    submit()
    colleague = person("colleague", Role.TRADER, "ACME-1")
    for name in ("trader1", "nobody"):
        with pytest.raises(Forbidden):
            mass(colleague, EVERYTHING._replace(trader=name))
    with pytest.raises(InvalidInput) as refusal:
        mass(person("ops1", Role.OPERATIONS), EVERYTHING._replace(trader="nobody"))
    assert refusal.value.field == "trader"
    sales = person("sales", Role.SALES, "ZEN-1")
    assert mass(sales, EVERYTHING._replace(trader="trader1")) == 0, "only of the accounts one may cancel at all"
    assert commands("mass_cancel") == []


def desk_cancel(actor: User, order: dict[str, Any], **more: Any) -> dict[str, Any]:
    return services.order_cancel_by_desk(actor=actor, order_id=order["id"], reason="client rang", now=NOW, request_id="r", **more)


def test_the_desk_cancels_without_a_request_of_the_client(submit: Submit, log: Log) -> None:
    order = submit()
    working(log, order)
    ops = person("ops1", Role.OPERATIONS)
    assert desk_cancel(ops, order)["status"] == "new"
    desk_cancel(ops, order)
    (command,) = commands("cancel")
    assert (command.unsolicited, command.reason, command.user) == (True, "desk_change", "ops1")
    deliver(log.step(order, "canceled", leaves_quantity=0, reason="desk_change"))
    with pytest.raises(services.OrderNotCancellable):
        desk_cancel(ops, order)


@pytest.mark.parametrize("role", [Role.TRADER, Role.SALES, Role.COMPLIANCE, Role.VIEWER])
def test_who_is_not_at_the_desk_does_nothing_unasked(submit: Submit, role: Role) -> None:
    order = submit()
    actor = person("someone", role, "ACME-1")
    wanted = Replacement(to_units(50), None)
    for act in (
        lambda: desk_cancel(actor, order),
        lambda: services.order_restate(actor=actor, order_id=order["id"], wanted=wanted, reason="x", now=NOW, request_id="r"),
        lambda: services.order_split(actor=actor, order_id=order["id"], ratio=(2, 1), reason="x", now=NOW, request_id="r"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert len(OutboxMessage.objects.all()) == 1


def test_a_request_that_lost_its_race_is_told_so_in_the_orders_events(submit: Submit, trader: User, log: Log) -> None:
    order = submit()
    working(log, order)
    cancel(trader, order)
    late = {"reason": "order_too_late_to_cancel", "message": "too late: the order was closed before the request arrived"}
    deliver(
        log.step(order, "pending_cancel", prefix="E"),
        log.fill(order, 100, 100),
        log.step(order, "cancel_rejected", cum_quantity=to_units(100), leaves_quantity=0, **late),
    )
    last = event_object(Execution.objects.order_by("-order_seq")[0])
    assert (last["type"], last["status"], last["reason"], last["message"]) == ("cancel_rejected", "filled", *late.values())
    statuses = [step.status for step in Execution.objects.order_by("order_seq")]
    assert statuses == ["pending_new", "new", "pending_cancel", "pending_cancel", "filled"]
