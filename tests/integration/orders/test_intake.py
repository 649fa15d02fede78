"""What is acknowledged is stored once, with its audit entry and its command, whatever comes at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput, OmsError
from orders import services
from orders.domain.entry import NewOrder
from orders.models import IdempotencyKey, Order
from orders.services.intake import KeyGiven
from risk.domain.roles import Role
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.units import to_units
from tests.integration.orders.conftest import NOW, NOW_US, fill_market, new_order, person

Submit = Callable[..., dict[str, Any]]


def commands() -> list[OrderCommand]:
    return [decode(OrderCommand, bytes(row.body)) for row in OutboxMessage.objects.order_by("id")]


def enter(actor: User, *items: NewOrder | OmsError, key: KeyGiven | None = None, unique: int = 1) -> services.Submission:
    return services.orders_submit(actor=actor, items=items, now=NOW, request_id="request-1", unique=unique, key=key)


def test_an_order_its_audit_entry_and_its_command_are_written_together(submit: Submit, trader: User) -> None:
    told = submit(client_order_id="mine")
    row = Order.objects.get()
    assert (told["id"], told["status"], told["version"]) == (row.id, "pending_new", 1)
    assert told["created_at"] == "2026-11-24T15:04:05.123456Z"
    entry = AuditEntry.objects.get()
    assert (entry.chain, entry.action, entry.object_id, entry.actor, entry.request_id) == (
        *("ACME-1", "order_entered", row.id),
        *(trader, "request-1"),
    )
    assert first_broken_link() is None
    (outgoing,) = OutboxMessage.objects.all()
    assert (outgoing.topic, outgoing.key, outgoing.partition) == ("orders", "ACME-1", None)
    (command,) = commands()
    wanted = {
        "command": "new",
        "command_id": outgoing.id,
        "id": row.id,
        "account": "ACME-1",
        "symbol": "IBM",
        "time": NOW_US,
        "side": "buy",
        "type": "limit",
        "tif": "day",
        "quantity": to_units(100),
        "price": 18_125_000_000,
        "client_order_id": "mine",
        "user": "trader1",
        "trader": "trader1",
        "trade_date": "2026-11-24",
    }
    assert {name: value for name, value in asdict(command).items() if value not in (None, False)} == wanted


def test_a_role_that_enters_no_orders_is_forbidden(market: None) -> None:
    for role in (Role.VIEWER, Role.RISK, Role.OPERATIONS, Role.COMPLIANCE, Role.ADMIN):
        with pytest.raises(Forbidden):
            enter(person(role.value, role, "ACME-1"), new_order())
    assert not Order.objects.exists()


def test_unknown_and_foreign_accounts_are_told_alike(trader: User) -> None:
    told = []
    for account in ("ZEN-1", "NOBODY"):
        with pytest.raises(InvalidInput) as refusal:
            services.order_submit(actor=trader, order=new_order(account=account), now=NOW, request_id="r", unique=1)
        told.append((refusal.value.code, refusal.value.message, refusal.value.field))
    assert told[0] == told[1]
    assert told[0][2] == "account"
    assert not OutboxMessage.objects.exists()


def test_a_repeat_without_a_key_gets_the_first_answer_even_after_the_order_has_moved_on(submit: Submit, trader: User) -> None:
    first = submit(client_order_id="mine")
    Order.objects.update(status="filled", working="filled", quantity=50, price=7, cum_quantity=50, leaves_quantity=0, event_count=9)
    again = enter(trader, new_order(client_order_id="mine"))
    assert again.replayed
    assert again.order == first
    assert Order.objects.count() == OutboxMessage.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("change", [{"quantity": to_units(101)}, {"price": 1}, {"side": "sell"}, {"tif": "gtc"}, {"symbol": "EURUSD"}])
def test_the_same_client_order_id_with_another_body_is_a_conflict(submit: Submit, change: dict[str, Any]) -> None:
    first = submit(client_order_id="mine")
    with pytest.raises(services.ClientOrderIdTaken) as refusal:
        submit(client_order_id="mine", **change)
    assert (refusal.value.status, refusal.value.field, refusal.value.details) == (409, "client_order_id", [{"order": first["id"]}])
    assert Order.objects.count() == 1


def test_client_order_ids_are_an_accounts_own(submit: Submit, trader: User) -> None:
    submit(client_order_id="mine")
    other = person("trader2", Role.TRADER, "ZEN-1")
    assert not enter(other, new_order(account="ZEN-1", client_order_id="mine")).replayed
    assert Order.objects.count() == 2


def test_the_same_key_and_body_get_the_first_answer_and_another_body_422(trader: User) -> None:
    first = enter(trader, new_order(), key=KeyGiven("k1", "digest"))
    again = enter(trader, new_order(), key=KeyGiven("k1", "digest"))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.answers == first.answers
    with pytest.raises(services.IdempotencyKeyReused) as refusal:
        enter(trader, new_order(quantity=1), key=KeyGiven("k1", "other"))
    assert refusal.value.status == 422
    assert Order.objects.count() == 1


def test_a_client_order_id_under_a_new_key_is_a_conflict_even_with_the_same_body(submit: Submit, trader: User) -> None:
    submit(client_order_id="mine")
    (answer,) = enter(trader, new_order(client_order_id="mine"), key=KeyGiven("k1", "digest")).answers
    assert answer["error"]["code"] == "client_order_id_taken"
    with pytest.raises(services.ClientOrderIdTaken):
        services.order_submit(
            actor=trader, order=new_order(client_order_id="mine"), now=NOW, request_id="r", unique=9, key=KeyGiven("k2", "digest")
        )
    assert not IdempotencyKey.objects.filter(key="k2").exists(), "what was refused leaves the key free"


def test_another_users_key_is_independent(trader: User) -> None:
    other = person("trader2", Role.TRADER, "ZEN-1")
    enter(trader, new_order(), key=KeyGiven("k1", "a"))
    assert not enter(other, new_order(account="ZEN-1"), key=KeyGiven("k1", "b")).replayed
    assert Order.objects.count() == 2


def test_a_bulk_answers_each_item_in_its_place(trader: User) -> None:
    bad = InvalidInput("side: must be one of buy, sell", field="side")
    done = enter(
        trader,
        new_order(client_order_id="a"),
        bad,
        new_order(account="ZEN-1"),
        new_order(client_order_id="a"),
        new_order(client_order_id="a", quantity=1),
        new_order(),
    )
    kinds = ["order" if "order" in answer else answer["error"]["field"] for answer in done.answers]
    assert kinds == ["order", "side", "account", "order", "client_order_id", "order"]
    assert done.answers[0] == done.answers[3]
    assert Order.objects.count() == OutboxMessage.objects.count() == 2
    assert not done.replayed


def test_a_bulk_over_two_accounts_writes_each_accounts_chain_and_commands(market: None) -> None:
    both = person("sales", Role.SALES, "ACME-1", "ZEN-1")
    enter(both, *(new_order(account=account) for account in ("ZEN-1", "ACME-1", "ZEN-1")))
    assert sorted(AuditEntry.objects.values_list("chain", "seq")) == [("ACME-1", 1), ("ZEN-1", 1), ("ZEN-1", 2)]
    assert first_broken_link() is None
    by_account: dict[str, list[int]] = {}
    for command in commands():
        by_account.setdefault(command.account, []).append(command.command_id)
    assert {account: len(ids) for account, ids in by_account.items()} == {"ZEN-1": 2, "ACME-1": 1}


def test_ids_that_meet_are_made_anew(trader: User) -> None:
    enter(trader, new_order(), unique=77)
    enter(trader, new_order(), unique=77)
    assert Order.objects.count() == 2


def test_a_bulk_of_500_costs_a_handful_of_statements(trader: User, django_assert_max_num_queries: Any) -> None:
    enter(trader, new_order(), unique=5_000)  # an account's first entry begins its chain in the audit log
    items = [new_order(client_order_id=f"c{index}") for index in range(500)]
    with django_assert_max_num_queries(14):
        enter(trader, *items)
    assert Order.objects.count() == 501


def _at_once(count: int, call: Callable[[int], Any]) -> list[Any]:
    """The outcome of `count` calls on threads of their own; an exception is an outcome."""

    def one(index: int) -> Any:
        try:
            return call(index)
        except OmsError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.django_db(transaction=True)
def test_100_requests_with_one_key_at_once_make_one_order_and_get_one_answer() -> None:
    fill_market()
    actor = person("trader1", Role.TRADER, "ACME-1")
    done = _at_once(100, lambda index: enter(actor, new_order(client_order_id="mine"), key=KeyGiven("k", "d"), unique=index * 1000))
    assert Order.objects.count() == OutboxMessage.objects.count() == AuditEntry.objects.count() == 1
    assert sum(not one.replayed for one in done) == 1
    assert all(one.answers == done[0].answers for one in done)


@pytest.mark.django_db(transaction=True)
def test_100_requests_with_one_client_order_id_at_once_make_one_order() -> None:
    fill_market()
    actor = person("trader1", Role.TRADER, "ACME-1")
    done = _at_once(100, lambda index: enter(actor, new_order(client_order_id="mine"), unique=index * 1000))
    assert Order.objects.count() == 1
    assert {one.order["id"] for one in done} == {Order.objects.get().id}


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_accounts_at_once_serves_one_and_refuses_the_other() -> None:
    fill_market()
    actor = person("sales", Role.SALES, "ACME-1", "ZEN-1")
    accounts = ("ACME-1", "ZEN-1")
    done = _at_once(
        20, lambda index: enter(actor, new_order(account=accounts[index % 2]), key=KeyGiven("k", accounts[index % 2]), unique=index * 1000)
    )
    assert Order.objects.count() == 1
    refused = [one for one in done if isinstance(one, services.IdempotencyKeyReused)]
    assert len(refused) == 10


@pytest.mark.django_db(transaction=True)
def test_command_ids_rise_in_commit_order_per_account() -> None:
    fill_market()
    actor = person("trader1", Role.TRADER, "ACME-1")
    _at_once(16, lambda index: enter(actor, *[new_order()] * 5, unique=index * 1000))
    with connection.cursor() as cursor:
        # transaction ids are given at the first write, which is after the account's lock: they rise in commit order
        cursor.execute("SELECT id, xmin::text::bigint FROM bus_outboxmessage ORDER BY id")
        rows = cursor.fetchall()
    assert [xmin for _, xmin in rows] == sorted(xmin for _, xmin in rows)
    assert first_broken_link() is None
