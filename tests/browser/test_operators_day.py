"""An operator's day beside halts, limits and kills, which have tests of their own: orders explained and canceled, searches, workers."""

import re
import secrets
from collections.abc import Callable

import httpx
from playwright.sync_api import Locator, Page, expect

from oms_site.infra.bus.connection import bus
from oms_site.infra.bus.ports import Outgoing
from schemas.topics import ORDERS_VALIDATED
from tests.browser.conftest import Person
from tests.browser.desk import enter, row
from tests.eventually import eventually

REASON = "a test of the desk"
REACH = 150
"""Tabs within which anything on a page is reached."""


def _steer(page: Page, worker: str, button: str, doing: str) -> None:
    """Press a worker's button, and see that the worker does it: what is wanted of it the page says at once."""
    page.goto("/admin/supervision/desiredworker/")
    line = page.locator("#result_list tr", has=page.get_by_role("link", name=worker, exact=True))
    line.get_by_role("link", name=button, exact=True).click()
    page.get_by_role("button", name=button).click()

    def heard() -> bool:
        page.goto("/admin/supervision/desiredworker/")
        return line.locator(".field-doing").text_content() == doing

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


def test_a_dead_letter_is_looked_at_and_its_replay_asked_for(person: Callable[..., Person]) -> None:
    key = f"NOTHING-{secrets.token_hex(4)}"  # letters of earlier runs are kept
    producer = bus().producer(client_id="tests")
    producer.send([Outgoing(ORDERS_VALIDATED.name, key, b"nonsense")])
    producer.close()
    desk = person("ops1").log_in().page
    letter = desk.locator("#letters tr", has_text=key)

    def put_aside() -> bool:
        desk.goto("/admin/bus/outboxmessage/dead-letters/")
        return letter.count() == 1

    eventually(put_aside, within=30, every=0.3, what="the record is put aside")
    expect(letter).to_contain_text("matching")
    expect(letter).to_contain_text("bad_header")
    letter.get_by_role("link", name="Ask for a replay").click()
    expect(desk.locator("#content")).to_contain_text(ORDERS_VALIDATED.name)
    desk.get_by_label("Reason").fill(REASON)
    desk.get_by_role("button", name="Ask for the replay").click()
    desk.wait_for_url("**/admin/approvals/changerequest/*/change/")
    expect(desk.locator("#why-not")).to_contain_text("a second person must decide")


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, which is seen."""
    for _ in range(REACH):
        page.keyboard.press("Tab")
        if target.evaluate("it => it === document.activeElement"):
            assert target.evaluate("it => getComputedStyle(it).outlineStyle !== 'none' || getComputedStyle(it).boxShadow !== 'none'")
            return
    raise AssertionError(f"{target} is not reached by {REACH} tabs")


def test_the_home_lists_a_saved_search_a_bulk_action_and_an_order_need_no_mouse(
    person: Callable[..., Person], trader1: httpx.Client
) -> None:
    orders = [enter(trader1, symbol="WMT") for _ in range(3)]
    trader = person().blotter()
    desk = person("ops1").log_in().page
    desk.goto("/admin/")
    _tab_to(desk, desk.get_by_role("link", name="Open orders"))
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/orders/order/?open=yes")

    desk.goto("/admin/orders/order/?open=yes&symbol=WMT&account=ACME-1")
    _tab_to(desk, desk.get_by_label("Name of this search"))
    desk.keyboard.type("open in WMT")
    desk.keyboard.press("Enter")
    forget = desk.get_by_role("button", name="Forget the search open in WMT")
    expect(forget).to_be_visible()
    desk.goto("/admin/orders/order/")
    _tab_to(desk, desk.get_by_role("link", name="open in WMT"))
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/order/?open=yes&symbol=WMT&account=ACME-1")
    _tab_to(desk, forget)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="open in WMT")).to_have_count(0)

    desk.goto("/admin/orders/order/?open=yes&symbol=WMT&account=ACME-1")
    _tab_to(desk, desk.locator("select[name=action]"))
    desk.keyboard.type("Cancel")
    _tab_to(desk, desk.locator("#action-toggle"))
    desk.keyboard.press("Space")
    desk.keyboard.press("Enter")
    expect(desk.locator(".question")).to_contain_text("these 3 orders")
    expect(desk.locator(".asks dl")).to_contain_text("1: ACME-1")
    _tab_to(desk, desk.get_by_label("Reason"))
    desk.keyboard.type(REASON)
    _tab_to(desk, desk.get_by_role("button", name="Cancel them"))
    desk.keyboard.press("Enter")
    expect(desk.locator(".messagelist")).to_contain_text("Cancel sent, orders: 3.")
    for order in orders:
        expect(row(trader, order)).to_contain_text("canceled")

    desk.keyboard.press("/")
    desk.keyboard.type(orders[0])
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/orders/order/{orders[0]}/change/")
    _tab_to(desk, desk.locator(".ways a").first)
    desk.keyboard.press("Enter")
    desk.wait_for_url(lambda url: orders[0] in url and "/change/" not in url)
