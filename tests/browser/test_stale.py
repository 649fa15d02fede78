"""What is shown when nothing is heard any more: each panel says that it is stale, and stops saying so when it is not."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row

BADGES = """() => [...document.querySelectorAll('.panel:not([hidden]) > header h2')]
    .filter((title) => title.offsetParent)
    .map((title) => [title.closest('section').id, getComputedStyle(title, '::after').content.replaceAll('"', '')])"""
LIVE_PANELS = {"watch", "chart", "orders", "fills", "positions", "depth"}


def _badges(page: Page) -> dict[str, str]:
    return dict(page.evaluate(BADGES))


def test_every_live_panel_is_stale_within_two_seconds_of_a_loss_and_nothing_is_lost_or_doubled(
    person: Callable[..., Person], trader1: httpx.Client
) -> None:
    trader = person()
    sockets: list[WebSocketRoute] = []
    cut = False

    def pass_on(socket: WebSocketRoute) -> None:
        if cut:
            socket.close()
            return
        sockets.append(socket)
        socket.connect_to_server()

    trader.page.route_web_socket("**/ws/stream", pass_on)
    page = trader.blotter()
    before = enter(trader1)
    expect(row(page, before)).to_contain_text("new")
    assert {panel for panel, badge in _badges(page).items() if badge == "stale"} == set()

    cut = True
    sockets[-1].close()
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost", timeout=2_000)
    assert {panel for panel, badge in _badges(page).items() if badge == "stale"} == LIVE_PANELS
    missed = [enter(trader1) for _ in range(3)]
    trader1.delete(f"/api/orders/{missed[0]}")
    expect(page.locator("#connection .words")).to_contain_text("stale")

    cut = False
    expect(page.locator("#connection")).to_have_attribute("data-state", "live", timeout=10_000)
    expect(row(page, missed[0])).to_contain_text("canceled")
    for order in (before, *missed):
        expect(row(page, order)).to_have_count(1)
    assert {panel for panel, badge in _badges(page).items() if badge == "stale"} == set()
