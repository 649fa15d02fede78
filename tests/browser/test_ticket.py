"""The ticket takes what each order type takes, by mouse or by keys, and shows nothing else."""

from collections.abc import Callable
from decimal import Decimal

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import resting_price, row
from tests.eventually import eventually

FIELDS = ("price", "stop-price", "trail-offset", "expire-date", "display-quantity")


def shown(page: Page) -> set[str]:
    return {name for name in FIELDS if page.locator(f"#t-{name}").is_visible()}


def sent(page: Page) -> str:
    page.locator("#t-quantity").press("Enter")
    told = page.locator("#ticket-answer .small")
    expect(told).to_be_visible()
    return told.text_content() or ""


def far_above(rest: httpx.Client) -> str:
    """A stop price that no trade meets."""
    return str((Decimal(resting_price(rest)) * 2).quantize(Decimal("0.01")))


def test_each_type_and_time_in_force_shows_its_own_fields(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.locator("#ticket-more summary").press("Enter")
    expected = {
        ("limit", "day"): {"price", "display-quantity"},
        ("limit", "gtd"): {"price", "display-quantity", "expire-date"},
        ("limit", "fok"): {"price"},
        ("market", "day"): set(),
        ("stop", "gtc"): {"stop-price"},
        ("stop_limit", "day"): {"price", "stop-price"},
        ("trailing_stop", "gtd"): {"trail-offset", "expire-date"},
    }
    for (kind, tif), fields in expected.items():
        page.locator("#t-type").select_option(kind)
        page.locator("#t-tif").select_option(tif)
        assert shown(page) == fields, (kind, tif)
    page.locator("#t-type").select_option("market")
    expect(page.locator("#t-tif")).to_have_value("day")
    assert page.locator("#t-tif option[value=gtd]").is_disabled()


def test_a_stop_is_entered_moved_and_canceled_by_keyboard(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    page.keyboard.press("b")
    page.locator("#t-symbol").fill("IBM")
    page.locator("#t-quantity").fill("3")
    page.locator("#t-type").focus()
    page.locator("#t-type").select_option("stop")
    page.keyboard.press("Tab")
    expect(page.locator("#t-stop-price")).to_be_focused()
    page.keyboard.type(far_above(trader1))
    page.keyboard.press("ArrowUp")
    expect(page.locator("#ticket-send")).to_contain_text("Buy 3 IBM stop")
    order = sent(page)
    told = trader1.get(f"/api/orders/{order}").json()
    assert (told["type"], told["price"], told["source"]) == ("stop", None, "blotter")
    moved = str(Decimal(told["stop_price"]) + 1)
    expect(row(page, order)).to_contain_text("new")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Replace order")).to_be_visible()
    expect(page.locator("#t-stop-price")).to_be_focused()
    expect(page.locator("#t-type")).to_be_disabled()
    page.keyboard.type(moved)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Order ticket")).to_be_visible()
    eventually(lambda: trader1.get(f"/api/orders/{order}").json()["stop_price"] == moved, what="the stop has moved")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.keyboard.press("Home")
    page.keyboard.press("x")
    expect(row(page, order)).to_contain_text("canceled")


def test_an_order_with_every_condition_is_sent_as_it_was_asked_for(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    page.locator("#t-symbol").fill("IBM")
    page.locator("#t-type").select_option("limit")
    page.locator("#t-tif").select_option("gtd")
    page.locator("#t-price").fill(resting_price(trader1))
    page.locator("#t-expire-date").fill("2099-12-31")
    page.locator("#t-quantity").fill("10")
    page.locator("#ticket-more summary").press("Enter")
    page.locator("#t-display-quantity").fill("2")
    page.locator("#t-display-quantity").press("ArrowUp")
    page.locator("#t-prevention").select_option("decrement")
    page.locator("input[name=post_only]").check()
    told = trader1.get(f"/api/orders/{sent(page)}").json()
    asked = {"expire_date": "2099-12-31", "display_quantity": "3", "post_only": True, "self_trade_prevention": "decrement", "tif": "gtd"}
    assert {name: told[name] for name in asked} == asked


def test_a_field_at_fault_is_marked(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.locator("#t-symbol").fill("IBM")
    page.locator("#t-type").select_option("trailing_stop")
    page.locator("#t-quantity").fill("1")
    page.locator("#t-quantity").press("Enter")
    expect(page.locator("#t-trail-offset")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#t-trail-offset")).to_be_focused()
