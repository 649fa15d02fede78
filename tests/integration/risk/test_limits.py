"""Setting a limit: row, audit entry and control together or not at all; only who may."""

from decimal import Decimal

import pytest

from oms_site.infra.approvals.services import ApprovalNeeded
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden
from risk import services
from risk.models import Limit, LimitVersion
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.topics import PARTITIONS
from schemas.units import ONE
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW


def set_limit(actor, value="100", *, scope="firm", key="", rule="max_position", now=NOW, **more) -> Limit:
    return services.limit_set(actor=actor, scope=scope, key=key, rule=rule, value=Decimal(value), now=now, **more)


def traces() -> tuple[int, int]:
    return AuditEntry.objects.count(), OutboxMessage.objects.count()


def test_a_limit_leaves_a_row_an_audit_entry_and_a_control_for_every_partition(people) -> None:
    limit = set_limit(people["risk"])
    assert (limit.version, limit.updated_by, limit.updated_at) == (1, people["risk"], NOW)
    assert sorted(OutboxMessage.objects.values_list("partition", "topic", "key")) == [(n, "orders", "*") for n in range(PARTITIONS)]
    for row in OutboxMessage.objects.all():
        command = decode(OrderCommand, bytes(row.body), row.schema_version)
        assert (command.command, command.scope, command.key, command.rule, command.value) == (
            "limit",
            "firm",
            None,
            "max_position",
            100 * ONE,
        )
        assert (command.account, command.time, command.user) == ("*", 1_795_532_645_123_456, "risk")
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.actor, entry.detail) == (
        "limit_set",
        people["risk"],
        {"before": None, "after": "100", "version": 1},
    )


def test_a_change_counts_the_version_up_and_says_what_it_was(people) -> None:
    set_limit(people["risk"])
    limit = set_limit(people["risk2"], "90", now=LATER)
    assert (limit.version, limit.value, limit.updated_by) == (2, Decimal(90), people["risk2"])
    assert AuditEntry.objects.latest("id").detail == {"before": "100", "after": "90", "version": 2}


def test_the_same_value_again_leaves_no_trace(people) -> None:
    set_limit(people["risk"])
    before = traces()
    assert set_limit(people["risk2"], "100.0").version == 1
    assert traces() == before


def test_a_stale_form_is_told_so(people) -> None:
    set_limit(people["risk"])
    set_limit(people["risk"], "90", expected_version=1)
    with pytest.raises(services.LimitChanged):
        set_limit(people["risk2"], "80", expected_version=1)
    assert Limit.objects.get().value == Decimal(90)


@pytest.mark.parametrize("who", ["trader", "sales", "operations", "compliance", "viewer", "stranger"])
def test_only_risk_and_admin_set_limits(people, who) -> None:
    with pytest.raises(Forbidden):
        set_limit(people[who])
    assert traces() == (0, 0)
    assert not Limit.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rule": "max_fun"}, "rule"),
        ({"scope": "planet"}, "scope"),
        ({"scope": "desk"}, "key"),
        ({"scope": "desk", "key": "NOBODY"}, "key"),
        ({"scope": "trader", "key": "nobody"}, "key"),
        ({"scope": "symbol", "key": "NOBODY"}, "key"),
        ({"key": "ACME-1"}, "key"),
        ({"scope": "account", "key": "NOBODY"}, "key"),
        ({"scope": "account"}, "key"),
        ({"value": "0"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "Infinity"}, "value"),
        ({"value": "0.000000001"}, "value"),
        ({"value": "1e30"}, "value"),
    ],
)
def test_a_limit_that_makes_no_sense_names_its_field(people, wrong, field) -> None:
    with pytest.raises(services.LimitInvalid) as refused:
        set_limit(people["risk"], **wrong)
    assert refused.value.field == field
    assert traces() == (0, 0)


def test_an_account_gets_no_more_than_the_firm(people) -> None:
    set_limit(people["risk"], "100")
    with pytest.raises(services.LimitInvalid):
        set_limit(people["risk"], "100.00000001", scope="account", key="ACME-1")
    assert set_limit(people["risk"], "100", scope="account", key="ACME-1").value == Decimal(100)


def test_the_firms_needed_limits_cannot_be_taken_away_an_accounts_own_by_two_persons(people) -> None:
    firm = set_limit(people["risk"], "100")
    own = set_limit(people["risk"], "50", scope="account", key="ACME-1")
    with pytest.raises(services.LimitInvalid):
        services.limit_remove(actor=people["risk"], limit=firm, now=LATER)
    with pytest.raises(Forbidden):
        services.limit_remove(actor=people["trader"], limit=firm, now=LATER)
    with pytest.raises(ApprovalNeeded):
        services.limit_remove(actor=people["risk"], limit=own, now=LATER)
    change = services.LimitChange(scope="account", key="ACME-1", rule="max_position", value=None)
    agree(people["risk2"], services.limits_request(actor=people["risk"], changes=[change], reason="closed", now=LATER))
    assert Limit.objects.get() == firm
    assert LimitVersion.objects.latest("id").value is None
    assert not services.limit_remove(actor=people["risk"], limit=own, now=LATER)


def test_everything_in_force_can_be_sent_again(people) -> None:
    set_limit(people["risk"], "100")
    set_limit(people["risk"], "50", scope="account", key="ACME-1")
    services.kill_set(actor=people["risk"], scope="firm", key="", reason="drill", now=NOW)
    OutboxMessage.objects.all().delete()
    assert services.controls_republish(actor=people["risk"], now=LATER) == 3 + 2, "two people are entitled to something"
    assert OutboxMessage.objects.count() == 5 * PARTITIONS
