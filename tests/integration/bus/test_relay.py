"""The outbox and its relay: everything acknowledged is sent, in order, at once, whatever fails between."""

import threading
import time
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection, connections, transaction

from oms_site.infra.bus import outbox, relay
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.tracking.models import OutsideEdit
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from schemas.topics import ORDERS
from tests.eventually import eventually
from tests.integration.bus.conftest import command, running

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def submit(account, count=1):
    """Commands of one account in one transaction, as intake writes them."""
    with transaction.atomic():
        ids = outbox.allocate_ids(count)
        outbox.add([command(account, number) for number in ids], now=NOW)
    return ids


def sent(world):
    return [message.command_id for message in world.messages(ORDERS)]


def empty():
    return not OutboxMessage.objects.exists()


def test_ids_are_those_of_the_rows_and_rise():
    first, second = submit("ACME-1", 3), submit("ACME-1", 2)
    assert first + second == sorted(first + second)
    assert list(OutboxMessage.objects.order_by("id").values_list("id", flat=True)) == first + second


def test_everything_unsent_is_sent_in_order_with_the_registrys_header_and_deleted(world):
    ids = submit("ACME-1", 2_500) + submit("ACME-1", 10)
    with running(relay.run):
        eventually(empty, what="the outbox is empty")
    assert sent(world) == ids
    assert all(record.value[:1] == b"\x00" for record in world.records(ORDERS.name))


def test_what_the_relay_deletes_is_no_edit_outside_the_product(world):
    submit("ACME-1", 3)
    with running(relay.run):
        eventually(empty)
    edits = OutsideEdit.objects.filter(row_table="bus_outboxmessage")
    assert set(edits.values_list("operation", flat=True)) <= {"insert"}, "this test itself writes without saying who it is"


def test_a_rolled_back_command_is_never_sent(world):
    with transaction.atomic():
        outbox.add([command("ACME-1", outbox.allocate_ids(1)[0])], now=NOW)
        transaction.set_rollback(True)
    kept = submit("ACME-1")
    with running(relay.run):
        eventually(empty)
    assert sent(world) == kept


def test_a_row_committed_late_by_a_slower_transaction_is_never_skipped(world):
    """Its id was given out before those that were sent first."""
    written, commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            slow.ids = outbox.allocate_ids(1)
            outbox.add([command("SLOW-1", slow.ids[0])], now=NOW)
            written.set()
            commit.wait(20)
        connections.close_all()

    with running(relay.run):
        thread = threading.Thread(target=slow)
        thread.start()
        written.wait(20)
        fast = submit("FAST-1", 5)
        eventually(lambda: len(sent(world)) == 5)
        assert slow.ids[0] < min(fast)
        commit.set()
        thread.join()
        eventually(lambda: len(sent(world)) == 6, what="the late row is sent too")
    assert sorted(sent(world)) == sorted(fast + slow.ids)


def test_a_commit_wakes_the_relay_within_fifty_milliseconds(world):
    submit("ACME-1")
    delays = []
    with running(relay.run):
        eventually(empty)
        for number in range(2, 22):
            submit("ACME-1")
            began = time.monotonic()
            eventually(lambda wanted=number: len(sent(world)) >= wanted, within=5, every=0.001)
            delays.append(time.monotonic() - began)
    assert sorted(delays)[len(delays) // 2] < 0.050, delays


def test_a_control_goes_to_every_partition_under_one_id(world):
    control = OrderCommand("kill", 0, "", "*", "", 5, scope="firm", value=1)
    with transaction.atomic():
        command_id = outbox.publish_control(control)
    with running(relay.run):
        eventually(empty)
    messages = world.messages(ORDERS)
    assert [record.partition for record in world.records(ORDERS.name)] == [0, 1, 2, 3]
    assert {message.command_id for message in messages} == {command_id}
    assert {message.command for message in messages} == {CommandType.KILL}


def test_controls_of_concurrent_transactions_get_rising_ids_in_commit_order():
    order = []

    def publish(name):
        with transaction.atomic():
            command_id = outbox.publish_control(OrderCommand("kill", 0, "", "*", "", 5, scope="firm", value=1))
            order.append(command_id)
        connections.close_all()

    threads = [threading.Thread(target=publish, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == sorted(order)
    assert len(set(order)) == 5


def test_a_broker_that_is_down_keeps_everything_in_the_outbox_until_it_is_back(world):
    world.broker.stop()
    ids = submit("ACME-1", 5)
    with running(relay.run) as outcome:
        eventually(lambda: outcome["hand"].control.counts.get("faults", 0) >= 2)
        assert OutboxMessage.objects.count() == 5
        world.broker.start()
        eventually(empty)
    assert sent(world) == ids
    assert outcome["sent"] == 5


def test_a_lost_connection_to_the_database_is_made_anew(world):
    with running(relay.run) as outcome:
        submit("ACME-1")
        eventually(empty)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%%bus_outboxmessage%%'"
            )
            assert cursor.fetchone()[0] >= 1
        submit("ACME-1")
        eventually(empty)
    assert len(sent(world)) == 2
    assert outcome["faults"] >= 1


def test_what_was_sent_and_not_yet_deleted_is_sent_again_after_a_crash(world, monkeypatch):
    """Risk drops the repeat by its command id."""
    ids = submit("ACME-1", 3)
    crashed = []
    plain = psycopg.Connection.execute

    def execute(self, query, *arguments, **more):
        if "DELETE FROM bus_outboxmessage" in str(query) and not crashed:
            crashed.append(True)
            raise psycopg.OperationalError("crash between send and delete")
        return plain(self, query, *arguments, **more)

    monkeypatch.setattr(psycopg.Connection, "execute", execute)
    with running(relay.run):
        eventually(empty)
    assert sent(world) == ids + ids


def test_only_one_relay_works_at_a_time(world):
    with running(relay.run), running(relay.run) as second:
        eventually(lambda: "waiting" in second["hand"].states or second["hand"].states == ["running"])
        submit("ACME-1", 20)
        eventually(empty)
    assert len(sent(world)) == 20


def test_a_paused_relay_sends_nothing(world):
    with running(relay.run) as outcome:
        submit("ACME-1")
        eventually(empty)
        outcome["hand"].halted = True
        eventually(lambda: "paused" in outcome["hand"].states)
        ids = submit("ACME-1")
        told = outcome["hand"].told
        eventually(lambda: outcome["hand"].told > told + 1, what="the relay has looked again, twice")
        assert OutboxMessage.objects.filter(id=ids[0]).exists()
        outcome["hand"].halted = False
        eventually(empty)
