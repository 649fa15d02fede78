"""Everything without a mouse: the keys are listed, and they work."""

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row


def test_keys_are_listed_move_the_watch_list_turn_the_ticket_and_step_prices(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    expect(page.locator("#keys-list")).to_contain_text("buy the current symbol")
    page.keyboard.press("Escape")
    expect(page.locator("#keys-dialog")).to_be_hidden()

    page.keyboard.press("w")
    first = page.locator("#quotes tr[aria-selected=true]").get_attribute("data-symbol")
    page.keyboard.press("ArrowDown")
    second = page.locator("#quotes tr[aria-selected=true]").get_attribute("data-symbol")
    assert second != first
    expect(page.locator("#depth-symbol")).to_have_text(second or "")

    page.keyboard.press("s")
    expect(page.locator("#ticket-send")).to_contain_text("Sell")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.locator("#ticket-send")).to_contain_text("Buy")
    expect(page.locator("#t-quantity")).to_be_focused()

    page.locator("tr[data-symbol=EURUSD] td.ask").click()
    page.locator("#t-price").fill("1.4")
    page.locator("#t-price").press("ArrowUp")
    expect(page.locator("#t-price")).to_have_value("1.40001")
    page.locator("#t-price").press("Shift+ArrowDown")
    expect(page.locator("#t-price")).to_have_value("1.39991")


def test_every_control_is_reached_by_tab_with_a_visible_focus(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.locator("#t-account").focus()
    seen = []
    for _ in range(7):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert {"t-symbol", "t-quantity", "t-type", "t-price", "t-tif", "ticket-send"} <= set(seen)


def test_a_symbol_is_found_chosen_and_bought_by_keyboard_alone(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    page.keyboard.press("/")
    page.keyboard.type("citi" if page.locator("tr[data-symbol=C]").count() else "msft")
    page.keyboard.press("Enter")
    chosen = page.locator("#quotes tr[aria-selected=true]")
    expect(chosen).to_be_focused()
    symbol = chosen.get_attribute("data-symbol") or ""
    page.keyboard.press("Enter")
    expect(page.locator("#t-symbol")).to_have_value(symbol)
    expect(page.locator("#t-quantity")).to_be_focused()
    page.keyboard.type("2")
    page.locator("#t-quantity").press("Enter")
    expect(page.locator("#ticket-answer .small")).to_be_visible()


def test_an_order_is_canceled_by_its_key(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    order = enter(trader1)
    expect(row(page, order)).to_contain_text("new")
    page.keyboard.press("o")
    page.keyboard.press("Home")
    expect(page.locator("#orders-grid .tabulator-row.current")).to_have_count(1)
    page.keyboard.press("x")
    expect(row(page, order)).to_contain_text("canceled")
