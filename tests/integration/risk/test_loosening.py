"""Limits that let more through: only with a second person, in whichever way; until when; and what holds at each moment."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services import ApprovalNeeded, SecondPersonNeeded
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden
from risk import selectors, services
from risk.domain.limit_table import LimitTable
from risk.models import Limit, LimitVersion
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.units import ONE
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW

TOMORROW = NOW + timedelta(days=1)
NAME = {"scope": "firm", "key": "", "rule": "max_position"}


@pytest.fixture
def standing(people) -> Limit:
    return services.limit_set(actor=people["risk"], value=Decimal(100), now=NOW, **NAME)


def change(value: str | None, **more) -> services.LimitChange:
    return services.LimitChange(**NAME | {"value": None if value is None else Decimal(value)} | more)


def ask(people, *changes, who="risk", now=LATER) -> ChangeRequest:
    return services.limits_request(actor=people[who], changes=changes, reason="a large mandate", now=now)


def held(now) -> int | None:
    return selectors.limit_values(now).get(("firm", "", "max_position"))


def test_to_loosen_takes_a_second_person(people, standing) -> None:
    before = OutboxMessage.objects.count()
    with pytest.raises(ApprovalNeeded):
        services.limit_set(actor=people["risk"], value=Decimal(101), now=LATER, **NAME)
    asked = ask(people, change("101"))
    assert (Limit.objects.get().value, OutboxMessage.objects.count()) == (Decimal(100), before)
    with pytest.raises(SecondPersonNeeded):
        agree(people["risk"], asked)
    agree(people["risk2"], asked)
    limit = Limit.objects.get()
    assert (limit.value, limit.version, limit.updated_by) == (Decimal(101), 2, people["risk"])
    assert LimitVersion.objects.latest("id").approval_id == asked.pk
    assert AuditEntry.objects.filter(action="limit_set").latest("id").detail["approval"] == asked.pk


@pytest.mark.parametrize("who", ["risk", "admin", "root"])
def test_no_shell_gets_round_it(people, standing, who) -> None:
    asked = ask(people, change("101"), who=who)
    with pytest.raises(ApprovalNeeded):
        services.limits_apply(actor=people[who], changes=[change("101")], reason="mine", approval=asked, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitVersion.objects.create(**NAME, version=2, value=101, set_at=LATER, set_by=people[who], approval=asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitVersion.objects.update(value=101)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitVersion.objects.all().delete()
    assert held(LATER) == 100 * ONE


def test_an_approval_is_for_exactly_what_stood(people, standing) -> None:
    asked = ask(people, change("150"))
    services.limit_set(actor=people["risk2"], value=Decimal(50), now=LATER, **NAME)
    with pytest.raises(services.LimitChanged):
        agree(people["risk2"], asked)
    assert Limit.objects.get().value == Decimal(50)


@pytest.mark.parametrize("who", ["operations", "compliance", "trader", "viewer"])
def test_who_may_not_ask(people, standing, who) -> None:
    with pytest.raises(Forbidden):
        ask(people, change("101"), who=who)


def test_a_limit_loosened_until_tomorrow_goes_back_by_itself_in_the_log_and_on_the_page(people, standing) -> None:
    asked = ask(people, change("150", effective_until=TOMORROW))
    assert (asked.kind, asked.revert_at) == ("limit_loosen_until", TOMORROW)
    agree(people["risk2"], asked)
    assert (held(LATER), held(TOMORROW)) == (150 * ONE, 100 * ONE)
    table = LimitTable()
    for row in OutboxMessage.objects.filter(partition=0).order_by("id"):
        said = decode(OrderCommand, bytes(row.body), row.schema_version)
        table.set(said.scope, said.key or "", said.rule, said.value, start=said.effective_from, end=said.effective_until, now=said.time)
    told = [table.of("ACME-1", at=selectors.moment_us(moment)).max_position for moment in (LATER, TOMORROW)]
    assert told == [150 * ONE, 100 * ONE]
    approvals.requests_revert(now=TOMORROW)
    limit = Limit.objects.get()
    assert (limit.value, limit.effective_until) == (Decimal(100), None)


def test_a_later_end_is_looser_an_earlier_one_is_not(people, standing) -> None:
    agree(people["risk2"], ask(people, change("150", effective_until=TOMORROW)))
    with pytest.raises(ApprovalNeeded):
        services.limits_apply(
            actor=people["risk"], changes=[change("150", effective_until=TOMORROW + timedelta(days=1))], reason="", now=LATER
        )
    services.limits_apply(actor=people["risk"], changes=[change("100")], reason="", now=LATER)
    assert held(LATER) == 100 * ONE


def test_what_begins_tomorrow_waits_until_then(people, standing) -> None:
    services.limits_apply(actor=people["risk"], changes=[change("60", effective_from=TOMORROW)], reason="", now=LATER)
    assert (held(LATER), held(TOMORROW)) == (100 * ONE, 60 * ONE)
    services.limits_apply(actor=people["risk"], changes=[change("80")], reason="", now=LATER)
    assert (held(LATER), held(TOMORROW)) == (80 * ONE, 60 * ONE)
    with pytest.raises(ApprovalNeeded):
        services.limits_apply(actor=people["risk"], changes=[change("70", effective_from=TOMORROW)], reason="", now=LATER)


def test_a_longer_window_for_repeats_is_tighter(people) -> None:
    window = {"scope": "firm", "key": "", "rule": "repeat_window"}
    services.limit_set(actor=people["risk"], value=Decimal(10), now=NOW, **window)
    services.limit_set(actor=people["risk"], value=Decimal(20), now=LATER, **window)
    with pytest.raises(ApprovalNeeded):
        services.limit_set(actor=people["risk"], value=Decimal(15), now=LATER, **window)


def test_several_are_one_request_all_or_none(people, standing) -> None:
    services.limit_set(actor=people["risk"], scope="firm", key="", rule="price_band", value=Decimal(10), now=NOW)
    band = services.LimitChange(scope="firm", key="", rule="price_band", value=Decimal(12))
    done = services.limits_set_or_ask(
        actor=people["risk"],
        changes=[change("110"), band, services.LimitChange(scope="account", key="ACME-1", rule="max_position", value=Decimal(5))],
        reason="a large mandate",
        now=LATER,
    )
    assert [version.scope for version in done.made] == ["account"]
    assert len(done.asked.changes) == 2
    agree(people["risk2"], done.asked)
    assert sorted(Limit.objects.values_list("scope", "rule", "value")) == [
        ("account", "max_position", Decimal(5)),
        ("firm", "max_position", Decimal(110)),
        ("firm", "price_band", Decimal(12)),
    ]


def test_sent_again_in_a_fresh_log_the_limits_hold_as_they_held(people, standing) -> None:
    services.limits_apply(actor=people["risk"], changes=[change("60", effective_from=TOMORROW)], reason="", now=LATER)
    later = TOMORROW + timedelta(hours=1)
    OutboxMessage.objects.all().delete()
    services.controls_republish(actor=people["risk"], now=later)
    table = LimitTable()
    for row in OutboxMessage.objects.filter(partition=0).order_by("id"):
        said = decode(OrderCommand, bytes(row.body), row.schema_version)
        if said.command == "limit":
            table.set(said.scope, said.key or "", said.rule, said.value, start=said.effective_from, end=said.effective_until, now=said.time)
    assert table.of("ACME-1", at=selectors.moment_us(later)).max_position == 60 * ONE
