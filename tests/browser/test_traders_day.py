"""A trader's day: log in, watch, trade by keyboard, see the fill, cancel, replace, be told why something was refused."""

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.desk import answer, enter, resting_price, row, ticket
from tests.eventually import eventually


def test_quotes_move_an_order_entered_elsewhere_appears_and_depth_marks_it(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    bids = page.locator("#quotes td.bid")
    before = bids.all_text_contents()
    page.wait_for_function(
        "before => [...document.querySelectorAll('#quotes td.bid')].some((cell, at) => cell.textContent !== before[at])", arg=before
    )
    assert len(before) >= 20

    order = enter(trader1)
    expect(row(page, order)).to_contain_text("new")

    page.locator("tr[data-symbol=IBM] th").click()
    expect(page.locator("#depth-symbol")).to_have_text("IBM")
    expect(page.locator("#ladder .mine").first).to_be_visible()
    page.locator("#ladder tr.bids").last.click()
    expect(page.locator("#t-price")).not_to_have_value("")
    expect(page.locator("input[name=side][value=sell]")).to_be_checked()


def test_a_market_order_is_sent_with_enter_and_its_fill_is_seen(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    order = ticket(page, symbol="MSFT", side="buy", quantity="3")
    expect(answer(page)).to_contain_text("filled, 3 of 3")
    expect(row(page, order)).to_contain_text("filled")
    expect(page.locator("#fills-grid .tabulator-row", has=page.locator(f"[title='{order}']"))).to_contain_text("MSFT")
    expect(page.locator("#positions-grid .tabulator-row", has_text="MSFT")).to_be_visible()


def test_a_resting_order_is_replaced_through_the_ticket_and_canceled_from_its_row_beside_its_whole_story(
    person: Callable[..., Person], trader1: httpx.Client
) -> None:
    page = person().blotter()
    order = ticket(page, symbol="IBM", side="buy", quantity="11", price=resting_price(trader1))
    expect(row(page, order)).to_contain_text("new")
    row(page, order).click()
    row(page, order).get_by_role("button", name="Story").click()
    story = page.locator("#story")
    expect(story).to_contain_text("Buy 11 IBM, new")
    expect(story.locator("li .step strong")).to_have_text(["pending new", "new"])
    story.get_by_text("Risk looked at").first.click()
    expect(story).to_contain_text("price band")
    trader1.patch(f"/api/orders/{order}", json={"quantity": "9"}).raise_for_status()
    expect(story.locator("li .step strong").last).to_have_text("replaced")
    page.keyboard.press("Escape")
    expect(story).to_be_hidden()

    row(page, order).get_by_role("button", name="Replace").click()
    expect(page.get_by_role("heading", name="Replace order")).to_be_visible()
    page.locator("#t-quantity").fill("4")
    page.locator("#t-quantity").press("Enter")
    expect(row(page, order).locator("[tabulator-field=quantity]")).to_have_text("4")
    expect(page.get_by_role("heading", name="Order ticket")).to_be_visible()

    row(page, order).get_by_role("button", name="Cancel").click()
    expect(row(page, order)).to_contain_text("canceled")
    expect(row(page, order).get_by_role("button")).to_have_accessible_name(f"Story of {order}")


def test_a_refused_form_names_the_field_and_a_reject_code_rule_limit_actual_and_remedy(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.locator("#t-symbol").fill("IBM")
    page.locator("#t-quantity").fill("1.5")
    page.locator("#t-price").fill("180")
    page.locator("#t-price").press("Enter")
    expect(answer(page)).to_contain_text("quantity")
    expect(page.locator("#t-quantity")).to_be_focused()
    expect(page.locator("#t-quantity")).to_have_attribute("aria-invalid", "true")

    order = ticket(page, symbol="IBM", side="buy", quantity="1", price="1.00")
    expect(answer(page)).to_contain_text("rejected")
    for word in ("price_outside_band", "price_band", "limit", "actual", "move it closer"):
        expect(answer(page)).to_contain_text(word)
    page.get_by_role("button", name="Rejects").click()
    rejected = page.locator("#rejects-grid .tabulator-row").first
    expect(rejected).to_contain_text("price outside band")
    expect(rejected).to_contain_text("move it closer")
    expect(row(page, order)).to_contain_text("rejected")


def test_cancel_all_asks_what_it_will_hit_and_cancels_it(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    orders = [enter(trader1), enter(trader1)]
    for order in orders:
        expect(row(page, order)).to_contain_text("new")
    page.keyboard.press("Shift+X")
    expect(page.locator("#ask-dialog")).to_contain_text("orders?")
    expect(page.locator("#ask-dialog")).to_contain_text("ACME-1")
    page.locator("#ask-yes").click()
    for order in orders:
        expect(row(page, order)).to_contain_text("canceled")


def test_orders_are_shown_newest_first_also_where_the_stream_knows_older_ones(person: Callable[..., Person], trader1: httpx.Client) -> None:
    enter(trader1)
    order = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "tif": "ioc", "quantity": "1"}
    orders = [order | {"price": resting_price(trader1)}] * 210
    trader1.post("/api/orders/bulk", json={"orders": orders}).raise_for_status()
    pending = "/api/orders?account=ACME-1&status=pending_new"
    eventually(lambda: not trader1.get(pending).json()["results"], within=30, what="all are answered")
    page = person().blotter()
    cells = "#orders-grid .tabulator-row [title^='O']"
    page.wait_for_function("cells => document.querySelectorAll(cells).length > 10", arg=cells)
    shown = page.locator(cells).evaluate_all("cells => cells.map(cell => cell.title)")
    assert shown == sorted(shown, reverse=True)
