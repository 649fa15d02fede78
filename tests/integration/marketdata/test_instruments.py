"""Saving an instrument: a row, an audit entry and a control for every partition, or nothing."""

from decimal import Decimal

import pytest

from marketdata.models import Instrument
from marketdata.services import InstrumentChanged, InstrumentInvalid, instrument_save
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden, InvalidInput
from schemas.codec import decode
from schemas.messages import OrderCommand
from schemas.topics import ORDERS
from tests.integration.marketdata.conftest import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

VALUES = {"name": "Acme", "reference_price": Decimal("12.5"), "tick": Decimal("0.05"), "lot": Decimal(10), "max_quantity": Decimal(1000)}


def save(actor=None, symbol="ACME", values=VALUES, **more):
    return instrument_save(actor=actor or person("boss", "operations"), symbol=symbol, values=dict(values), now=NOW, **more)


def sent_controls():
    rows = OutboxMessage.objects.order_by("id")
    return [(row.key, row.partition, decode(OrderCommand, bytes(row.body))) for row in rows]


def test_a_new_instrument_is_told_to_every_partition_under_one_id():
    row = save()
    assert (row.version, row.tradable) == (1, True)
    sent = sent_controls()
    assert [(key, partition) for key, partition, _ in sent] == [("*", number) for number in range(ORDERS.partitions)]
    assert len({command.command_id for _, _, command in sent}) == 1
    command = sent[0][2]
    assert (command.command, command.symbol, command.user) == ("instrument", "ACME", "boss")
    assert command.attributes == {
        "tick": 5_000_000, "lot": 1_000_000_000, "max_quantity": 100_000_000_000, "tradable": 1, "band": 0, "reference": 1_250_000_000,
        "jump": 20_000_000, "version": 1,
    }  # fmt: skip
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.object_id, entry.detail["changed"]["tick"]) == ("instrument_saved", "ACME", [None, "0.05"])


def test_a_change_raises_the_version_and_an_unchanged_one_leaves_no_trace():
    boss = person("boss", "admin")
    save(boss)
    assert save(boss).version == 1
    assert len(sent_controls()) == ORDERS.partitions
    row = save(boss, values={"tradable": False})
    assert (row.version, row.name) == (2, "Acme")
    assert sent_controls()[-1][2].attributes["tradable"] == 0
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize("role", ["trader", "sales", "risk", "compliance", "viewer", None])
def test_other_roles_may_not(role):
    with pytest.raises(Forbidden):
        save(person("someone", *([role] if role else [])))
    assert not Instrument.objects.exists()


def test_the_superuser_may_and_an_inactive_one_may_not():
    assert save(person("root", is_superuser=True)).version == 1
    with pytest.raises(Forbidden):
        save(person("gone", "admin", is_active=False))


def test_a_change_on_an_old_version_is_a_conflict():
    boss = person("boss", "operations")
    save(boss, expected_version=0)
    save(boss, values={"name": "Acme Inc"}, expected_version=1)
    with pytest.raises(InstrumentChanged):
        save(boss, values={"name": "Other"}, expected_version=1)
    with pytest.raises(InstrumentChanged):
        save(boss, expected_version=0)
    assert Instrument.objects.get().name == "Acme Inc"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tick", Decimal(0)),
        ("tick", Decimal(-1)),
        ("tick", Decimal("0.000000001")),
        ("tick", Decimal("NaN")),
        ("lot", Decimal(0)),
        ("max_quantity", Decimal(1005)),
        ("max_quantity", Decimal(0)),
        ("reference_price", Decimal(0)),
        ("reference_price", None),
        ("name", ""),
        ("currency", "DOLLAR"),
        ("tick", "abc"),
    ],
)
def test_values_that_make_no_sense_are_refused_by_field(field, value):
    with pytest.raises(InstrumentInvalid) as refused:
        save(values=VALUES | {field: value})
    assert refused.value.field == field
    assert not Instrument.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_a_band_travels_as_a_fraction_and_its_change_says_why():
    boss = person("boss", "operations")
    save(boss, values=VALUES | {"band": Decimal("7.5")})
    assert sent_controls()[-1][2].attributes["band"] == 7_500_000
    with pytest.raises(InvalidInput, match="say why"):
        save(boss, values={"band": Decimal(5)})
    save(boss, values={"band": Decimal(5), "pause_seconds": 300}, reason=" calmer market ")
    assert sent_controls()[-1][2].attributes["band"] == 5_000_000
    assert AuditEntry.objects.last().detail == {
        "version": 2, "reason": "calmer market", "changed": {"band": ["7.5", "5"], "pause_seconds": [120, 300]},
    }  # fmt: skip
    save(boss, values={"band": None}, reason="none needed")
    assert sent_controls()[-1][2].attributes["band"] == 0


@pytest.mark.parametrize(("field", "value"), [("band", "0"), ("band", "100"), ("band", "-1"), ("band", "0.00001"), ("pause_seconds", 0)])
def test_bands_and_pauses_that_make_no_sense_are_refused_by_field(field, value):
    with pytest.raises(InstrumentInvalid) as refused:
        save(values=VALUES | {field: Decimal(value)})
    assert refused.value.field == field


@pytest.mark.parametrize("symbol", ["", "ibm", "A B", "../X", "A" * 33, "Ä", "A\n"])
def test_symbols_are_short_and_plain(symbol):
    with pytest.raises(InstrumentInvalid):
        save(symbol=symbol)
