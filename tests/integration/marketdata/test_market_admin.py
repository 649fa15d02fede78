"""The desk's pages of market data: workers' rows are read-only, instruments are saved through the service."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.utils import timezone

from marketdata.models import DepthSnapshot, FeedClaim, Instrument, LatestQuote
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from tests.integration.marketdata.conftest import delivered, person, quote, quotes_projected
from tests.integration.marketdata.test_depth_projection import FIRST, project, projection

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]


@pytest.fixture
def desk(db):
    """A client of somebody of operations."""
    user = person("ops", "operations", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="marketdata"))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("model", [LatestQuote, DepthSnapshot, FeedClaim])
def test_what_workers_write_nobody_edits(model):
    page = admin.site.get_model_admin(model)
    request = RequestFactory().get("/")
    request.user = person("root", is_superuser=True)
    assert page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


@pytest.mark.parametrize("name", ["instrument", "latestquote", "depthsnapshot", "feedclaim"])
def test_every_list_and_every_row_opens(desk, name):
    quotes_projected(delivered("quotes", quote("IBM", "1", "2")))
    project(projection(), FIRST)
    FeedClaim.objects.create(symbol="IBM", holder="h process 1 started 2", until=timezone.now())
    listed = desk.get(f"/admin/marketdata/{name}/", {"q": "IBM"})
    assert listed.status_code == 200
    assert "IBM" in listed.content.decode()
    assert desk.get(f"/admin/marketdata/{name}/IBM/change/").status_code == 200


def form(**changes):
    row = Instrument.objects.get(symbol="IBM")
    fields = ("name", "mic", "cfi", "currency", "tick", "lot", "max_quantity", "reference_price", "pause_seconds")
    values = {name: str(getattr(row, name)) for name in fields} | {
        "tradable": "on",
        "seen_version": str(row.version),
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


def change(desk, **changes):
    return desk.post(
        "/admin/marketdata/instrument/IBM/change/", urlencode(form(**changes)), content_type="application/x-www-form-urlencoded"
    )


def test_a_saved_form_is_a_row_an_audit_entry_and_a_control(desk):
    answer = change(desk, tick="0.05", tradable=None)
    assert answer.status_code == 302
    row = Instrument.objects.get(symbol="IBM")
    assert (str(row.tick), row.tradable, row.version) == ("0.05000000", False, 2)
    assert AuditEntry.objects.get().object_id == "IBM"
    assert OutboxMessage.objects.exists()


def test_a_stale_form_is_a_conflict_that_is_shown(desk):
    stale = form(name="Mine")
    change(desk, name="Theirs")
    answer = desk.post(
        "/admin/marketdata/instrument/IBM/change/", urlencode(stale), content_type="application/x-www-form-urlencoded", follow=True
    )
    assert "changed this instrument meanwhile" in answer.content.decode()
    assert Instrument.objects.get(symbol="IBM").name == "Theirs"


@pytest.mark.parametrize(("field", "value"), [("tick", "-1"), ("tick", ""), ("tick", "NaN"), ("lot", "0"), ("reference_price", "x")])
def test_nonsense_is_a_form_error(desk, field, value):
    change(desk, **{field: value})
    assert Instrument.objects.get(symbol="IBM").version == 1
    assert not AuditEntry.objects.exists()


def test_an_instrument_is_added_through_the_service_and_never_deleted(desk):
    data = form() | {"symbol": "NEW", "seen_version": "0"}
    answer = desk.post("/admin/marketdata/instrument/add/", urlencode(data), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert Instrument.objects.get(symbol="NEW").version == 1
    assert desk.post("/admin/marketdata/instrument/NEW/delete/", {"post": "yes"}).status_code == 403


def test_who_may_open_the_form_but_not_save_is_told(desk):
    user = person("clerk", "sales", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="marketdata"))
    clerk = Client()
    clerk.force_login(user)
    answer = clerk.post(
        "/admin/marketdata/instrument/IBM/change/",
        urlencode(form(name="Other")),
        content_type="application/x-www-form-urlencoded",
        follow=True,
    )
    assert "needs the role" in answer.content.decode()
    assert Instrument.objects.get(symbol="IBM").name != "Other"


def test_a_change_of_the_band_asks_why_beside_what_was_typed(desk):
    answer = change(desk, band="5")
    assert answer.status_code == 200
    assert "say why the market" in answer.content.decode()
    assert Instrument.objects.get(symbol="IBM").band is None
    assert change(desk, band="5", reason="wide enough").status_code == 302
    assert str(Instrument.objects.get(symbol="IBM").band) == "5.0000"
    assert AuditEntry.objects.get().detail["reason"] == "wide enough"
