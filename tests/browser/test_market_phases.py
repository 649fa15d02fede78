"""A market's phases as people see them: operations halt, call and resume it in the admin, the trader's depth panel tells it at once."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person

SYMBOL = "KO"
"""Traded by no other test."""


def _by_hand(page: Page, button: str) -> None:
    """Press a market's button in the list, read what it will do, say why."""
    page.goto(f"/admin/marketdata/instrument/?q={SYMBOL}")
    page.get_by_role("link", name=button, exact=True).click()
    expect(page.locator("#content")).to_contain_text("What will happen")
    page.get_by_label("Reason").fill("a test of the desk")
    page.get_by_role("button", name=f"{button} {SYMBOL}").click()
    expect(page.locator(".messagelist")).to_contain_text("was sent")


def test_the_depth_panel_follows_a_halt_an_auction_and_the_resumption(person: Callable[..., Person]) -> None:
    trader = person().blotter()
    trader.locator(f"tr[data-symbol={SYMBOL}] th").click()
    phase = trader.locator("#depth-phase")
    expect(phase).to_have_text("continuous")
    desk = person("ops1").log_in().page
    try:
        _by_hand(desk, "Halt")
        expect(phase).to_have_text("halted")
        _by_hand(desk, "Auction")
        expect(phase).to_have_text("auction (opening)")
        expect(trader.locator("#ladder .middle, #ladder .empty")).to_be_visible()
    finally:
        _by_hand(desk, "Resume")
    expect(phase).to_have_text("continuous")
    desk.goto("/admin/marketdata/instrumentschedule/")
    expect(desk.locator(f"tr:has-text('{SYMBOL}')").first).to_contain_text("a test of the desk")
