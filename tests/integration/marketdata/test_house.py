"""How the house quotes is the desk's: with a reason, by version, audited; the page shows what it does and switches many."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from marketdata.domain.ladder import BOUND_IN_SIZES
from marketdata.domain.told import Told
from marketdata.listings import house_terms
from marketdata.models import HouseQuoting, Instrument
from marketdata.services import HouseChanged, HouseInvalid, house_save, house_switch, house_told, instrument_save
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from schemas.units import ONE
from tests.integration.marketdata.conftest import NOW, person
from tests.integration.marketdata.markets import boss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("instruments"), pytest.mark.servers]


def save(values, *, actor=None, symbol="IBM", version=1, reason="a reason"):
    return house_save(actor=actor or boss(), symbol=symbol, values=values, expected_version=version, reason=reason, now=NOW)


def test_an_instrument_nobody_set_is_quoted_by_the_defaults():
    terms = house_terms()["IBM"]
    assert (terms.levels, terms.skew, terms.min_spread, terms.interval, terms.blocked) == (1, 0, 1, 1_000_000, "")
    assert (terms.size, terms.bound) == (2_700 * ONE, BOUND_IN_SIZES * 2_700 * ONE)


def test_a_change_is_a_version_and_an_audit_entry_and_no_change_leaves_no_trace():
    row = save({"levels": 4, "size": Decimal(500), "max_inventory": Decimal(9_000), "interval_ms": 250})
    assert row.version == 2
    terms = house_terms()["IBM"]
    assert (terms.levels, terms.size, terms.bound, terms.interval) == (4, 500 * ONE, 9_000 * ONE, 250_000)
    save({"levels": 4}, version=2)
    [entry] = AuditEntry.objects.filter(action="house_quoting_changed")
    assert entry.detail["changed"]["size"] == [None, "500"]
    assert (entry.detail["reason"], entry.detail["version"], entry.detail["settings"]["levels"]) == ("a reason", 2, 4)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("levels", 0), ("levels", 11), ("step", 0), ("skew", 1_001), ("min_spread", 0), ("interval_ms", 99), ("interval_ms", 60_001),
        ("size", Decimal("0.5")), ("size", Decimal(0)), ("size", Decimal(500_001)), ("max_inventory", Decimal(-1)),
        ("max_inventory", Decimal("1.5")), ("size", Decimal("1e13")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_the_name_of_its_field(field, value):
    with pytest.raises(HouseInvalid) as refusal:
        save({field: value})
    assert refusal.value.field == field
    assert not AuditEntry.objects.filter(action="house_quoting_changed").exists()
    assert not HouseQuoting.objects.filter(pk="IBM").exists()


def test_who_is_not_of_the_desk_or_gives_no_reason_changes_nothing():
    for actor in (person("r", "risk"), person("t", "trader"), person("c", "compliance")):
        with pytest.raises(Forbidden):
            save({"levels": 2}, actor=actor)
        with pytest.raises(Forbidden):
            house_switch(actor=actor, symbols=["IBM"], on=False, reason="x", now=NOW)
    with pytest.raises(InvalidInput):
        save({"levels": 2}, reason="  ")


def test_a_version_somebody_has_overtaken_is_a_conflict():
    save({"levels": 2})
    with pytest.raises(HouseChanged):
        save({"levels": 3})


def test_a_switch_is_all_or_nothing_and_says_for_whom_it_was_otherwise():
    with pytest.raises(HouseInvalid):
        house_switch(actor=boss(), symbols=["IBM", "NOPE"], on=False, reason="x", now=NOW)
    assert house_terms()["IBM"].blocked == ""
    assert house_switch(actor=boss(), symbols=["IBM", "BAC"], on=False, reason="x", now=NOW) == ["BAC", "IBM"]
    assert house_switch(actor=boss(), symbols=["IBM", "AIG"], on=False, reason="x", now=NOW) == ["AIG"]
    assert [house_terms()[symbol].blocked for symbol in ("IBM", "BAC", "AIG", "KO")] == ["off", "off", "off", ""]
    assert AuditEntry.objects.filter(action="house_quoting_changed").count() == 3


def test_what_may_not_be_traded_is_not_quoted():
    Instrument.objects.filter(pk="IBM").update(tradable=False)
    assert house_terms()["IBM"].blocked == "not tradable"


def test_a_lot_changed_afterwards_cuts_size_and_bound_to_whole_lots():
    save({"size": Decimal(350), "max_inventory": Decimal(50)})
    Instrument.objects.filter(pk="IBM").update(lot=Decimal(100))
    terms = house_terms()["IBM"]
    assert (terms.size, terms.bound) == (300 * ONE, 100 * ONE)


def test_a_new_instrument_comes_with_its_row():
    instrument_save(actor=boss(), symbol="NEW", values={"name": "New", "reference_price": Decimal(10)}, now=NOW)
    assert HouseQuoting.objects.get(pk="NEW").on


# the page


@pytest.fixture
def desk():
    HouseQuoting.objects.bulk_create([HouseQuoting(pk=symbol) for symbol in ("IBM", "BAC")])
    client = Client()
    user = boss()
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


PAGE = "/admin/marketdata/housequoting/"


def test_the_list_shows_what_was_told_and_that_a_silent_worker_is_silent(desk):
    bid, ask = 18_169 * ONE // 100, 18_190 * ONE // 100
    one = Told("IBM", "one-sided", "refused: risk_max_position", -300 * ONE, None, ask, 0, 500 * ONE, 1, 4, "risk_max_position")
    house_told([one], now=timezone.now())
    house_told([Told("BAC", "quoting", "", 0, bid, ask, ONE, ONE, 2, 0, "")], now=NOW)
    page = desk.get(PAGE).content.decode()
    assert "one-sided: refused: risk_max_position" in page
    assert "181.9 x 500" in page
    assert "-300" in page
    assert page.count("unknown: the worker is silent") == 1


def test_a_saved_form_is_a_version_and_one_overtaken_is_told(desk):
    given = {"on": "on", "levels": 2, "step": 1, "skew": 3, "min_spread": 2, "interval_ms": 500, "seen_version": 1, "reason": "calmer"}
    assert desk.post(f"{PAGE}IBM/change/", given).status_code == 302
    row = HouseQuoting.objects.get(pk="IBM")
    assert (row.levels, row.skew, row.interval_ms, row.version) == (2, 3, 500, 2)
    again = desk.post(f"{PAGE}IBM/change/", given | {"levels": 5}, follow=True)
    assert "else changed these settings meanwhile" in again.content.decode()
    assert HouseQuoting.objects.get(pk="IBM").levels == 2


def test_a_form_without_a_reason_changes_nothing(desk):
    given = {"levels": 2, "step": 1, "skew": 3, "min_spread": 2, "interval_ms": 500, "seen_version": 1}
    assert desk.post(f"{PAGE}IBM/change/", given).status_code == 200
    assert HouseQuoting.objects.get(pk="IBM").version == 1


def test_many_are_turned_off_with_one_reason(desk):
    chosen = urlencode({"action": "turn_off", "_selected_action": ["IBM", "BAC"]}, doseq=True)
    asked = desk.post(PAGE, chosen, content_type="application/x-www-form-urlencoded")
    assert asked.status_code == 302
    assert "BAC, IBM" in desk.get(asked.url).content.decode()
    assert desk.post(asked.url, {"reason": ""}).status_code == 200
    assert desk.post(asked.url, {"reason": "quiet please"}).status_code == 302
    assert not HouseQuoting.objects.filter(on=True).exists()
    assert AuditEntry.objects.filter(action="house_quoting_changed", detail__reason="quiet please").count() == 2
