"""The server goes away and comes back: the page says so, reconnects by itself, and loses or doubles nothing."""

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row
from tests.eventually import eventually


def test_the_page_survives_a_server_restart_without_a_reload(person: Callable[..., Person], trader1: httpx.Client) -> None:
    trader = person()
    page = trader.blotter()
    before = enter(trader1)
    expect(row(page, before)).to_contain_text("new")
    page.evaluate("window.loadedOnce = true")
    connection = page.locator("#connection")

    trader.live.stack.kill("web", group=True)
    expect(connection).to_have_attribute("data-state", "lost", timeout=2_000)
    expect(connection).to_contain_text("stale")
    eventually(trader.live.ready, within=60, every=0.1, what="the web server is back")
    during = enter(trader1)
    expect(connection).to_have_attribute("data-state", "live", timeout=15_000)
    expect(row(page, during)).to_contain_text("new")
    after = enter(trader1)
    expect(row(page, after)).to_contain_text("new")

    for order in (before, during, after):
        expect(row(page, order)).to_have_count(1)
    assert page.evaluate("window.loadedOnce") is True


def test_a_session_that_ends_is_told_with_a_way_back(person: Callable[..., Person]) -> None:
    trader = person("trader2")
    page = trader.blotter()
    elsewhere = page.context.new_page()
    elsewhere.goto("/")
    expect(elsewhere.locator("#connection")).to_have_attribute("data-state", "live")
    elsewhere.get_by_role("button", name="Log out").click()
    elsewhere.wait_for_url("**/login")
    expect(page.locator("#connection")).to_have_attribute("data-state", "signed-out", timeout=6_000)
    expect(page.get_by_role("link", name="Log in again")).to_be_visible()
