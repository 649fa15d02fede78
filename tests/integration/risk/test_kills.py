"""Kills: one person stops, two release, and a double click is one event."""

import pytest
from django.db import IntegrityError, transaction

from oms_site.infra.approvals.services import ApprovalNeeded
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from risk import services
from risk.models import Kill
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.topics import PARTITIONS
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW


def kill(actor, scope="firm", key="", reason="drill"):
    return services.kill_set(actor=actor, scope=scope, key=key, reason=reason, now=NOW)


def test_a_double_click_is_one_kill_one_audit_entry_one_control(people) -> None:
    first, new = kill(people["risk"])
    second, again = kill(people["operations"])
    assert (new, again) == (True, False)
    assert first.pk == second.pk
    assert Kill.objects.count() == AuditEntry.objects.count() == 1
    told = [("kills", 0), *(("orders", partition) for partition in range(PARTITIONS))]
    assert list(OutboxMessage.objects.order_by("id").values_list("topic", "partition")) == told, "ahead of the queue, and in its turn"
    assert len({bytes(body) for body in OutboxMessage.objects.values_list("body", flat=True)}) == 1


@pytest.mark.parametrize("who", ["trader", "sales", "viewer", "stranger"])
def test_who_may_not_kill(people, who) -> None:
    with pytest.raises(Forbidden):
        kill(people[who])
    assert not Kill.objects.exists()


@pytest.mark.parametrize("who", ["risk", "operations", "compliance", "admin", "root"])
def test_who_may_kill_alone(people, who) -> None:
    assert kill(people[who])[1]


def ask(actor, held):
    return services.kill_release_request(actor=actor, kill_id=held.pk, reason="it is over", now=LATER)


@pytest.mark.parametrize("who", ["risk", "root"])
def test_who_set_a_kill_does_not_ask_for_its_release(people, who) -> None:
    held, _ = kill(people[who])
    with pytest.raises(services.SecondPersonNeeded):
        ask(people[who], held)
    held.refresh_from_db()
    assert held.released_at is None


@pytest.mark.parametrize("who", ["risk2", "root"])
def test_nobody_agrees_to_what_they_asked_for(people, who) -> None:
    held, _ = kill(people["risk"])
    asked = ask(people[who], held)
    with pytest.raises(services.SecondPersonNeeded):
        agree(people[who], asked)
    with pytest.raises(ApprovalNeeded):
        services.kill_release(actor=people[who], kill_id=held.pk, approval=asked, now=LATER)
    held.refresh_from_db()
    assert held.released_at is None


def test_no_release_without_a_request_from_any_shell(people) -> None:
    held, _ = kill(people["risk"])
    with pytest.raises(ApprovalNeeded):
        services.kill_release(actor=people["risk2"], kill_id=held.pk, approval=None, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Kill.objects.filter(pk=held.pk).update(released_at=LATER, released_by=people["root"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Kill.objects.all().delete()


def test_two_persons_release_it_once(people) -> None:
    held, _ = kill(people["risk"], "account", "ACME-1")
    asked = ask(people["risk2"], held)
    agree(people["risk"], asked)
    held.refresh_from_db()
    assert (held.released_by, held.released_at, held.approval_id, held.state) == (people["risk"], LATER, asked.pk, "released")
    with pytest.raises(services.KillNotInForce):
        ask(people["risk2"], held)
    told = list(AuditEntry.objects.filter(chain="kills").order_by("id").values_list("action", flat=True))
    assert told == ["kill_set", "kill_released"]
    assert OutboxMessage.objects.filter(topic="orders").count() == 2 * PARTITIONS
    assert OutboxMessage.objects.filter(topic="kills").count() == 1, "a release waits for its turn"
    assert kill(people["risk"], "account", "ACME-1")[1], "a released scope can be killed again"


@pytest.mark.parametrize("who", ["operations", "compliance", "trader"])
def test_who_may_not_release(people, who) -> None:
    held, _ = kill(people["risk"])
    with pytest.raises(Forbidden):
        ask(people[who], held)


def test_no_such_kill(people) -> None:
    with pytest.raises(NotFound):
        services.kill_release_request(actor=people["risk"], kill_id=999, reason="it is over", now=LATER)


def test_sparing_what_reduces_travels_with_the_command(people) -> None:
    services.kill_set(actor=people["risk"], scope="trader", key="trader", reason="drill", spare_reducing=True, now=NOW)
    row = OutboxMessage.objects.filter(topic="orders", partition=0).get()
    command = decode(OrderCommand, bytes(row.body), row.schema_version)
    assert (command.scope, command.key, command.value, command.attributes) == ("trader", "trader", 1, {"spare_reducing": 1})


@pytest.mark.parametrize(
    ("scope", "key", "reason", "field"),
    [
        ("planet", "", "x", "scope"),
        ("desk", "", "x", "key"),
        ("desk", "NOBODY", "x", "key"),
        ("trader", "nobody", "x", "key"),
        ("instrument", "NOBODY", "x", "key"),
        ("firm", "ACME-1", "x", "key"),
        ("account", "", "x", "key"),
        ("account", "NOBODY", "x", "key"),
        ("firm", "", "  ", "reason"),
        ("firm", "", "x" * 201, "reason"),
    ],
)
def test_a_kill_that_makes_no_sense_names_its_field(people, scope, key, reason, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        kill(people["risk"], scope, key, reason)
    assert refused.value.field == field
