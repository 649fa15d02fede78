"""A trader's page and socket hold nothing of another's account; who may only look cannot send."""

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row

SUBSCRIBE = """([channel, key]) => new Promise((resolve) => {
  const socket = new WebSocket(`ws://${location.host}/ws/stream`);
  socket.onopen = () => socket.send(JSON.stringify({ op: "subscribe", channel, key }));
  socket.onmessage = (event) => { socket.close(); resolve(JSON.parse(event.data)); };
})"""


def test_another_accounts_orders_and_streams_are_not_on_the_page(person: Callable[..., Person], trader1: httpx.Client) -> None:
    mine, other = person("trader1").blotter(), person("trader2").blotter()
    order = enter(trader1)
    expect(row(mine, order)).to_be_visible()
    expect(row(other, order)).to_have_count(0)
    assert "ACME-1" not in other.content()
    assert other.evaluate(f"fetch('/api/orders/{order}').then((answer) => answer.status)") == 404
    for channel in ("orders", "executions", "positions"):
        assert other.evaluate(SUBSCRIBE, [channel, "ACME-1"])["type"] == "error", channel
        assert other.evaluate(SUBSCRIBE, [channel, "ZEN-1"])["type"] == "snapshot", channel


def test_who_trades_nothing_has_a_ticket_that_sends_nothing(person: Callable[..., Person]) -> None:
    page = person("viewer").blotter()
    expect(page.locator("#ticket-send")).to_be_disabled()
    expect(page.locator("#ticket-answer")).to_contain_text("enters no orders")


def test_a_trader_may_not_see_the_others_order_in_the_admin(person: Callable[..., Person], trader1: httpx.Client) -> None:
    order = enter(trader1)
    other = person("trader2").log_in().page
    other.goto("/admin/orders/order/")
    assert order not in other.content()
    other.goto(f"/admin/orders/order/{order}/change/")
    assert "ACME-1" not in other.content()


def test_without_a_log_in_there_is_only_the_log_in(person: Callable[..., Person]) -> None:
    page = person().page
    page.goto("/")
    page.wait_for_url("**/login?next=/")


def test_the_log_in_leads_nowhere_else(person: Callable[..., Person]) -> None:
    trader = person()
    page = trader.page
    page.goto("/login?next=//evil.example/")
    page.get_by_label("User name").fill("trader1")
    page.get_by_label("Password").fill(str(trader.live.users["trader1"]["password"]))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{trader.live.web}/")


def test_a_wrong_password_is_told_and_nothing_more(person: Callable[..., Person]) -> None:
    page = person().page
    page.goto("/login")
    page.get_by_label("User name").fill("trader1")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
