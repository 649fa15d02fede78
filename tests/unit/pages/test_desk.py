"""The desk's links lead to pages that exist; its lists show decimals as people write them."""

from decimal import Decimal

from django.contrib.admin import ModelAdmin
from django.test import RequestFactory

from marketdata.models import Instrument
from oms_site.admin_site import OmsAdminSite, places


def test_the_places_beside_the_desk_exist() -> None:
    assert [place["name"] for place in places()] == [
        "Blotter",
        "Risk",
        "Workers",
        "Reports",
        "Words",
        "API docs",
        "OpenAPI document",
        "Flower",
    ]
    assert {place["url"] for place in places() if not place["elsewhere"]} >= {"/", "/api/docs", "/api/schema"}


def test_lists_show_plain_decimals_and_sort_by_them() -> None:
    class Page(ModelAdmin):
        list_display = ("symbol", "tick", "currency")

    site = OmsAdminSite()
    site.register(Instrument, Page)
    symbol, tick, currency = site.get_model_admin(Instrument).get_list_display(RequestFactory().get("/"))
    assert (symbol, currency) == ("symbol", "currency")
    assert tick(Instrument(tick=Decimal("0.01000000"))) == '<span class="number">0.01</span>'
    assert tick.admin_order_field == "tick"
    assert tick.short_description == "tick"
