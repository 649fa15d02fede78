"""Settings: a row that stays, an audit entry and a control each; what one person may, and what takes a second one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from marketdata.models import Instrument
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services import ApprovalNeeded
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden
from risk import selectors, services
from risk.domain.settings import Said, setting_read, setting_said
from risk.models import Setting
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.units import ONE
from tests.integration.risk.approving import agree
from tests.integration.risk.conftest import LATER, NOW

UNTIL = LATER + timedelta(hours=1)
ALONE = [
    Said("rule", "fat_finger", details={"mode": "enforce"}),
    Said("restriction", "IBM", details={"list": "restricted"}),
    Said("restriction", "IBM", details={"list": "watch", "account": "ACME-1"}),
    Said("locate", "ACME-1/IBM", 100 * ONE),
    Said("locate", "*/IBM", 0),
    Said("fx", "EUR/USD", ONE, {"source": "ECB", "date": "2026-11-24"}),
    Said("adv", "IBM", 1_000_000 * ONE),
]
BY_TWO = [
    Said("rule", "fat_finger", details={"mode": "shadow"}),
    Said("cash", "ACME-1/USD", 5 * ONE),
    Said("position", "ACME-1/IBM", 5 * ONE, attributes={"price": 100 * ONE}),
    Said("enable", "ACME-1"),
    Said("enable", "trader"),
    Said("bypass", "ACME-1", 1, {"rule": "fat_finger"}, effective_until=selectors.moment_us(UNTIL)),
]


@pytest.fixture(autouse=True)
def _ibm(db: None) -> None:
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=100)


def put(actor, said: Said, **more) -> Setting:
    return services.setting_set(actor=actor, said=said, reason="a test", now=NOW, **more)


def commands() -> list[OrderCommand]:
    return [decode(OrderCommand, bytes(row.body), row.schema_version) for row in OutboxMessage.objects.filter(partition=0).order_by("id")]


@pytest.mark.parametrize("said", ALONE, ids=lambda said: f"{said.scope} {said.key}")
def test_one_person_sets_what_lets_nothing_more_through(people, said) -> None:
    row = put(people["admin"], said)
    assert (row.current, row.version, row.set_by) == (True, 1, people["admin"])
    (command,) = commands()
    assert setting_read(setting_said(command)) == setting_read(said)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_type, entry.detail["reason"]) == ("setting_set", said.scope, "a test")


@pytest.mark.parametrize("said", BY_TWO, ids=lambda said: f"{said.scope} {said.key}")
def test_what_takes_two_is_refused_to_one_in_each_way(people, said) -> None:
    with pytest.raises(ApprovalNeeded):
        put(people["root"], said)
    asked = services.setting_ask_or_set(actor=people["admin"], said=said, reason="it is needed", now=NOW)
    assert isinstance(asked, ChangeRequest)
    with pytest.raises(ApprovalNeeded):
        put(people["admin"], said, approval=asked)
    with pytest.raises(approvals.SecondPersonNeeded):
        agree(people["admin"], asked)
    details, attributes = dict(said.details or {}), dict(said.attributes or {})
    with pytest.raises(IntegrityError), transaction.atomic():
        Setting.objects.create(
            scope=said.scope, key=said.key, value=said.value, details=details, attributes=attributes, version=1, set_at=NOW, reason="raw"
        )
    assert not OutboxMessage.objects.exists()
    agree(people["root"], asked)
    (command,) = commands()
    assert setting_read(setting_said(command)) == setting_read(said)
    assert Setting.objects.get().approval_id == asked.pk


def test_rows_stay_as_they_were_set(people) -> None:
    put(people["admin"], ALONE[3])
    put(people["admin"], Said("locate", "ACME-1/IBM", 50 * ONE))
    assert list(Setting.objects.order_by("version").values_list("current", flat=True)) == [False, True]
    for change in ({"value": 7}, {"current": True}, {"reason": "other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Setting.objects.filter(version=1).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Setting.objects.all().delete()


def test_the_same_again_leaves_no_trace(people) -> None:
    put(people["admin"], ALONE[4])
    put(people["risk"], ALONE[4])
    assert (Setting.objects.count(), len(commands())) == (1, 1)


def test_a_restriction_is_made_by_one_and_lifted_by_two(people) -> None:
    put(people["compliance"], ALONE[1])
    lifted = Said("restriction", "IBM", details={"list": "none"})
    with pytest.raises(ApprovalNeeded):
        put(people["compliance"], lifted)
    asked = services.setting_ask_or_set(actor=people["compliance"], said=lifted, reason="it is over", now=LATER)
    agree(people["risk"], asked)
    assert Setting.objects.get(current=True).details == {"list": "none"}


def test_a_bypass_ends_by_itself_and_is_taken_away_by_one(people) -> None:
    asked = services.setting_ask_or_set(actor=people["risk"], said=BY_TWO[-1], reason="a test", now=LATER)
    assert asked.revert_at == UNTIL
    agree(people["risk2"], asked)
    assert commands()[-1].effective_until == selectors.moment_us(UNTIL)
    approvals.requests_revert(now=UNTIL)
    row = Setting.objects.get(current=True)
    assert (row.value, row.reason) == (0, "its time is over")
    assert commands()[-1].value == 0


@pytest.mark.parametrize(
    ("who", "said"),
    [("trader", ALONE[3]), ("operations", ALONE[1]), ("compliance", ALONE[3]), ("viewer", ALONE[5]), ("operations", BY_TWO[3])],
)
def test_who_may_not(people, who, said) -> None:
    with pytest.raises(Forbidden):
        services.setting_ask_or_set(actor=people[who], said=said, reason="a test", now=NOW)
    assert not Setting.objects.exists()
    assert not ChangeRequest.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Said("planet", "x"), "scope"),
        (Said("rule", "kill", details={"mode": "off"}), "details"),
        (Said("rule", "entitlement", details={"mode": "shadow"}), "details"),
        (Said("restriction", "NOBODY", details={"list": "watch"}), "key"),
        (Said("locate", "NOBODY/IBM", ONE), "key"),
        (Said("locate", "ACME-1", ONE), "key"),
        (Said("fx", "EURUSD", ONE, {"source": "x", "date": "2026-11-24"}), "key"),
        (Said("fx", "EUR/USD", 0, {"source": "x", "date": "2026-11-24"}), "value"),
        (Said("cash", "ACME-1/USD", 0), "value"),
        (Said("position", "ACME-1/IBM", ONE), "attributes"),
        (Said("bypass", "ACME-1", 1, {"rule": "kill"}, effective_until=selectors.moment_us(UNTIL)), "details"),
        (Said("bypass", "ACME-1", 1, {"rule": "fat_finger"}), "effective_until"),
        (Said("bypass", "ACME-1", 1, {"rule": "fat_finger"}, effective_until=selectors.moment_us(NOW)), "effective_until"),
        (Said("enable", "nobody"), "key"),
    ],
)
def test_what_makes_no_sense_names_its_field(people, said, field) -> None:
    with pytest.raises(services.SettingWrong) as refused:
        services.setting_ask_or_set(actor=people["admin"], said=said, reason="a test", now=NOW)
    assert refused.value.field == field


def test_an_account_saved_says_its_terms_to_risk(people) -> None:
    services.account_save(actor=people["admin"], code="NEW-1", name="New", currency="EUR", now=NOW)
    services.account_save(actor=people["admin"], code="NEW-1", name="New", currency="EUR", close_only=True, now=LATER)
    told = [setting_read(setting_said(command)) for command in commands()]
    assert [(terms.code, terms.currency, terms.state) for terms in told] == [("NEW-1", "EUR", "active"), ("NEW-1", "EUR", "close_only")]
    assert services.accounts_publish(actor=people["admin"], now=LATER) == 3, "those that were made without"
