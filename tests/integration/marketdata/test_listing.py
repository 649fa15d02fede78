"""An instrument is suspended, delisted and listed again, each step through the log, with a reason, and never over an open order."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, override_settings

from marketdata import services
from marketdata.models import Instrument
from marketdata.selectors import instruments_by_symbol
from marketdata.synthetic import SyntheticFeed
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from tests.integration.marketdata.conftest import NOW, controls, person
from tests.integration.marketdata.markets import instrument

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
ROLES = ("trader", "sales", "risk", "operations", "compliance", "viewer", "admin")
open_now: dict[str, int] = {}


def counted(symbol):
    """Stands in for the room of orders."""
    return open_now


@pytest.fixture(autouse=True)
def orders(db):
    open_now.clear()
    with override_settings(OMS_OPEN_ORDERS=f"{__name__}.counted"):
        instrument()
        yield


@pytest.fixture
def boss(db):
    return person("boss", "operations")


def take(boss, *steps):
    for step in steps:
        services.listing_change(actor=boss, symbol="IBM", step=step, reason="a test", now=NOW)
    return Instrument.objects.get().listing


def test_each_step_is_a_change_told_to_the_workers_with_its_reason(boss):
    assert take(boss, "suspend") == "suspended"
    assert take(boss, "delist") == "delisted"
    assert take(boss, "relist") == "suspended"
    assert take(boss, "reinstate") == "trading"
    told = [command.attributes["tradable"] for command in controls("instrument")]
    assert told == [0, 0, 0, 1]
    entries = AuditEntry.objects.filter(action="instrument_saved").order_by("id")
    assert [sorted(entry.detail["changed"]) for entry in entries] == [["tradable"], ["delisted"], ["delisted"], ["tradable"]]
    assert {entry.detail["reason"] for entry in entries} == {"a test"}


@pytest.mark.parametrize("before", [(), ("suspend",), ("suspend", "delist")])
def test_a_step_from_elsewhere_is_refused_and_changes_nothing(boss, before):
    listing = take(boss, *before) if before else "trading"
    version = Instrument.objects.get().version
    for step, (source, _) in services.STEPS.items():
        if source != listing:
            with pytest.raises(services.ListingRefused, match=f"IBM is {listing}"):
                take(boss, step)
    assert Instrument.objects.get().version == version


def test_nothing_with_open_orders_is_delisted(boss):
    take(boss, "suspend")
    open_now["gtc"] = 1
    with pytest.raises(services.ListingRefused, match="1 open order: cancel"):
        take(boss, "delist")
    open_now.clear()
    assert take(boss, "delist") == "delisted"


def test_a_delisted_instrument_is_told_by_no_feed_and_cannot_be_made_tradable(boss):
    feed = SyntheticFeed(seed=1)
    assert [row.symbol for row in feed.rows(NOW)] == ["IBM"]
    take(boss, "suspend", "delist")
    assert instruments_by_symbol() == {}
    later = NOW + timedelta(seconds=10)
    assert feed.rows(later) == []
    with pytest.raises(InvalidInput, match="relist it first"):
        services.instrument_save(actor=boss, symbol="IBM", values={"tradable": True}, now=NOW)
    take(boss, "relist")
    assert [row.symbol for row in feed.rows(later + timedelta(seconds=10))] == ["IBM"]


def test_only_the_desk_may_and_only_with_a_reason(boss):
    with pytest.raises(Forbidden):
        services.listing_change(actor=person("risky", "risk"), symbol="IBM", step="suspend", reason="x", now=NOW)
    with pytest.raises(InvalidInput, match="reason"):
        services.listing_change(actor=boss, symbol="IBM", step="suspend", reason=" ", now=NOW)


@pytest.mark.parametrize("role", ROLES)
def test_the_buttons_are_shown_to_the_desk_and_do_one_step(role):
    user = person(f"{role}-person", role, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="marketdata", codename="view_instrument"))
    browser = Client()
    browser.force_login(user)
    page = browser.get("/admin/marketdata/instrument/").content.decode()
    address = "/admin/marketdata/instrument/IBM/market/suspend/"
    may = role in {"operations", "admin"}
    assert (address in page) is may
    assert "/market/delist/" not in page, "offered once it is suspended"
    assert browser.get(address).status_code == (200 if may else 403)
    assert browser.post(address, {"reason": "a test"}).status_code == (302 if may else 403)
    assert Instrument.objects.get().tradable is not may
    assert AuditEntry.objects.filter(action="instrument_saved").count() == int(may)
