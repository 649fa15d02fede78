"""An operator's day beside halts, limits and kills, which have tests of their own: orders explained and canceled, searches, workers."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row
from tests.eventually import eventually

REASON = "a test of the desk"


def _steer(page: Page, worker: str, button: str, doing: str) -> None:
    """Press a worker's button, and see that the worker has heard it."""
    page.goto("/admin/supervision/desiredworker/")
    line = page.locator("#result_list tr", has=page.get_by_role("link", name=worker, exact=True))
    line.get_by_role("link", name=button, exact=True).click()
    page.get_by_role("button", name=button).click()

    def heard() -> bool:
        page.goto("/admin/supervision/desiredworker/")
        return doing in (line.text_content() or "")

    eventually(heard, within=20, every=0.3, what=f"{worker} is {doing}")


def test_a_worker_is_paused_and_resumed_and_what_waited_is_done(person: Callable[..., Person], trader1: httpx.Client) -> None:
    desk = person("ops1").log_in().page
    trader = person().blotter()
    _steer(desk, "matching", "Pause", "paused")
    try:
        order = enter(trader1)
        expect(row(trader, order)).to_contain_text("pending new")
        desk.goto(f"/admin/orders/order/{order}/change/")
        expect(desk.locator(".said")).to_contain_text("its market has not taken it yet")
    finally:
        _steer(desk, "matching", "Run", "running")
    expect(row(trader, order).locator(".status")).to_have_text("new")


def test_an_order_is_found_by_its_id_and_explained(person: Callable[..., Person], trader1: httpx.Client) -> None:
    order = enter(trader1)
    desk = person("ops1").log_in().page
    desk.goto("/admin/")
    desk.keyboard.press("/")
    desk.keyboard.type(order)
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/orders/order/{order}/change/")
    expect(desk.locator(".said")).to_contain_text("Not filled yet: the best offer is")
    expect(desk.locator(".said")).to_contain_text(re.compile("queue"))
    expect(desk.locator(".life")).to_contain_text("matching")
    expect(desk.locator(".decision").first).to_contain_text("price_band")


def test_many_orders_are_canceled_after_a_page_that_says_which(person: Callable[..., Person], trader1: httpx.Client) -> None:
    orders = [enter(trader1, symbol="WMT") for _ in range(3)]
    trader = person().blotter()
    desk = person("ops1").log_in().page
    desk.goto("/admin/orders/order/?open=yes&symbol=WMT&account=ACME-1")
    desk.locator("#action-toggle").check()
    desk.locator("select[name=action]").select_option("cancel_many")
    desk.locator("button[name=index]").click()
    expect(desk.locator(".question")).to_contain_text("these 3 orders")
    expect(desk.locator(".asks dl")).to_contain_text("1: ACME-1")
    desk.get_by_label("Reason").fill(REASON)
    desk.get_by_role("button", name="Cancel them").click()
    expect(desk.locator(".messagelist")).to_contain_text("Cancel sent, orders: 3.")
    for order in orders:
        expect(row(trader, order)).to_contain_text("canceled")


def test_a_search_is_saved_and_used_again(person: Callable[..., Person]) -> None:
    desk = person("ops1").log_in().page
    desk.goto("/admin/orders/order/?open=yes&side=buy")
    desk.get_by_label("Name of this search").fill("open buys")
    desk.get_by_label("Name of this search").press("Enter")
    desk.goto("/admin/orders/order/")
    desk.get_by_role("link", name="open buys").click()
    desk.wait_for_url("**/order/?open=yes&side=buy")
    desk.get_by_role("button", name="Forget the search open buys").click()
    expect(desk.get_by_role("link", name="open buys")).to_have_count(0)
