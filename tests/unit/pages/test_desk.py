"""The desk's links lead to pages that exist; its lists show decimals as people write them."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.admin import ModelAdmin
from django.test import RequestFactory

from marketdata.models import Instrument
from oms_site.admin_site import OmsAdminSite, places
from orders.admin.order_page import lasted
from reporting.models import Position
from schemas.units import grouped


def test_the_places_beside_the_desk_exist() -> None:
    found = places(SimpleNamespace(has_perm=lambda _: True))
    assert [place["name"] for place in found] == [
        "Blotter",
        "Risk",
        "Workers",
        "Reports",
        "Words",
        "API docs",
        "OpenAPI document",
        "Flower",
    ]
    assert {place["url"] for place in found if not place["elsewhere"]} >= {"/", "/api/docs", "/api/schema"}


def test_nobody_is_led_to_a_page_that_would_refuse() -> None:
    found = {place["name"] for place in places(SimpleNamespace(has_perm=lambda _: False))}
    assert {"Risk", "Workers"}.isdisjoint(found)
    assert {"Blotter", "Reports", "Words"} <= found


def test_lists_show_plain_decimals_and_sort_by_them() -> None:
    class Page(ModelAdmin):
        list_display = ("symbol", "tick", "currency", "calendar_id")

    site = OmsAdminSite()
    site.register(Instrument, Page)
    symbol, tick, currency, calendar = site.get_model_admin(Instrument).get_list_display(RequestFactory().get("/"))
    assert (symbol, currency) == ("symbol", "currency")
    assert calendar.short_description == "calendar"
    assert calendar(Instrument(calendar_id="XNYS")) == "XNYS"
    assert tick(Instrument(tick=Decimal("0.01000000"))) == '<span class="number">0.01</span>'
    assert tick.admin_order_field == "tick"
    assert tick.short_description == "tick"


def test_amounts_have_two_decimals_in_lists_and_all_of_them_in_the_title() -> None:
    class Page(ModelAdmin):
        list_display = ("cost", "realised_pnl")

    site = OmsAdminSite()
    site.register(Position, Page)
    cost, pnl = site.get_model_admin(Position).get_list_display(RequestFactory().get("/"))
    row = Position(cost=Decimal("13910535.9072646210333071"), realised_pnl=Decimal("-0.0050000000000000"))
    assert cost(row) == '<span class="number" title="13910535.9072646210333071">13,910,535.91</span>'
    assert pnl(row) == '<span class="number" title="-0.005">0.00</span>'
    assert pnl.short_description == "realized P&L"


@pytest.mark.parametrize(
    ("text", "told"), [("50000000000", "50,000,000,000"), ("-1234.5", "-1,234.5"), ("-0.5", "-0.5"), ("0.00001", "0.00001"), ("999", "999")]
)
def test_lists_group_thousands(text: str, told: str) -> None:
    assert grouped(text) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.514, "514 ms"), (15.9, "15 s"), (599, "599 s"), (720, "12 min"), (9_942, "2 h 45 min")])
def test_the_time_between_steps_has_the_unit_a_person_would_take(seconds: float, told: str) -> None:
    assert lasted(timedelta(seconds=seconds)) == told
