"""Many hands at once: one kill, and limits whose last control says what the row says."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import OmsError
from risk import services
from risk.models import Kill, Limit
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.topics import PARTITIONS
from schemas.units import to_units
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW

pytestmark = pytest.mark.django_db(transaction=True)
HANDS = 8


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of the hands gets; a refusal is a result."""
    gate = Barrier(HANDS)

    def hand(number: int) -> object:
        gate.wait()
        try:
            return act(number)
        except OmsError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(hand, range(HANDS)))


def test_a_kill_pressed_by_many_at_once_is_one_kill(people) -> None:
    results = at_once(lambda n: services.kill_set(actor=people["risk"], scope="firm", key="", reason=f"{n}", now=NOW)[1])
    assert results.count(True) == 1
    assert Kill.objects.count() == AuditEntry.objects.count() == 1
    assert OutboxMessage.objects.filter(topic="orders").count() == PARTITIONS


def test_a_kill_released_by_many_at_once_is_released_once(people) -> None:
    kill, _ = services.kill_set(actor=people["risk"], scope="firm", key="", reason="drill", now=NOW)
    asked = services.kill_release_request(actor=people["risk2"], kill_id=kill.pk, reason="it is over", now=LATER)
    results = at_once(lambda n: agree(people["risk"], asked).pk)
    assert results.count(asked.pk) == 1
    assert results.count("request_closed") == HANDS - 1
    assert OutboxMessage.objects.filter(topic="orders").count() == 2 * PARTITIONS


def test_the_newest_control_of_a_limit_says_what_its_row_says(people) -> None:
    at_once(lambda n: services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(100 + n), now=NOW))
    limit = Limit.objects.get()
    controls = [decode(OrderCommand, bytes(row.body), row.schema_version) for row in OutboxMessage.objects.filter(partition=0)]
    newest = max(controls, key=lambda control: control.command_id)
    assert newest.value == to_units(limit.value)
    assert limit.version == len(controls)
    assert limit.value == Decimal(100), "the tightest of them: what would have loosened it again was refused"


def test_of_many_forms_of_one_version_one_is_saved(people) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="max_position", value=Decimal(1000), now=NOW)
    results = at_once(
        lambda n: (
            services.limit_set(
                actor=people["risk"],
                scope="firm",
                key="",
                rule="max_position",
                value=Decimal(100 + n),
                now=NOW,
                expected_version=1,
            ).pk
        )
    )
    assert results.count("limit_changed") == HANDS - 1
    assert Limit.objects.get().version == 2
