"""Kills: one person stops, another one releases, and a double click is one event."""

import pytest

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from risk import services
from risk.models import Kill
from schemas.topics import PARTITIONS
from tests.integration.risk.conftest import LATER, NOW


def kill(actor, scope="firm", key="", reason="drill"):
    return services.kill_set(actor=actor, scope=scope, key=key, reason=reason, now=NOW)


def test_a_double_click_is_one_kill_one_audit_entry_one_control(people) -> None:
    first, new = kill(people["risk"])
    second, again = kill(people["operations"])
    assert (new, again) == (True, False)
    assert first.pk == second.pk
    assert Kill.objects.count() == AuditEntry.objects.count() == 1
    assert OutboxMessage.objects.count() == PARTITIONS


@pytest.mark.parametrize("who", ["trader", "sales", "viewer", "stranger"])
def test_who_may_not_kill(people, who) -> None:
    with pytest.raises(Forbidden):
        kill(people[who])
    assert not Kill.objects.exists()


@pytest.mark.parametrize("who", ["risk", "operations", "compliance", "admin", "root"])
def test_who_may_kill_alone(people, who) -> None:
    assert kill(people[who])[1]


def test_who_set_a_kill_cannot_release_it(people) -> None:
    held, _ = kill(people["risk"])
    with pytest.raises(services.SecondPersonNeeded):
        services.kill_release(actor=people["risk"], kill_id=held.pk, now=LATER)
    held.refresh_from_db()
    assert held.released_at is None


def test_a_superuser_is_no_exception(people) -> None:
    held, _ = kill(people["root"])
    with pytest.raises(services.SecondPersonNeeded):
        services.kill_release(actor=people["root"], kill_id=held.pk, now=LATER)


def test_another_person_of_risk_releases_it_once(people) -> None:
    held, _ = kill(people["risk"], "account", "ACME-1")
    released = services.kill_release(actor=people["risk2"], kill_id=held.pk, now=LATER)
    assert (released.released_by, released.released_at) == (people["risk2"], LATER)
    with pytest.raises(services.KillNotInForce):
        services.kill_release(actor=people["admin"], kill_id=held.pk, now=LATER)
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == ["kill_set", "kill_released"]
    assert OutboxMessage.objects.count() == 2 * PARTITIONS
    assert kill(people["risk"], "account", "ACME-1")[1], "a released scope can be killed again"


@pytest.mark.parametrize("who", ["operations", "compliance", "trader"])
def test_who_may_not_release(people, who) -> None:
    held, _ = kill(people["risk"])
    with pytest.raises(Forbidden):
        services.kill_release(actor=people[who], kill_id=held.pk, now=LATER)


def test_no_such_kill(people) -> None:
    with pytest.raises(NotFound):
        services.kill_release(actor=people["risk"], kill_id=999, now=LATER)


@pytest.mark.parametrize(
    ("scope", "key", "reason", "field"),
    [
        ("desk", "", "x", "scope"),
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
