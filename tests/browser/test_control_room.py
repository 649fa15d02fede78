"""The control room as people use it: a looser limit by two of them, and a stop that is followed until nothing is open any more."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import resting_price, row, ticket
from tests.eventually import eventually
from tests.live import Live

LIMITED, STOPPED = "PFE", "DIS"
"""Each is traded by no other test."""
REASON = "a test of the control room"


def _say_why(page: Page, button: str) -> None:
    """Type the reason of a page that asks, and press its button from the keyboard."""
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name=button, exact=True).focus()
    page.keyboard.press("Enter")


def _request_of(page: Page) -> str:
    """The address of the request page one has been led to."""
    page.wait_for_url("**/admin/approvals/changerequest/*/change/")
    return page.url


def _answered(rest: httpx.Client, symbol: str, quantity: str, price: str) -> str:
    """Status of an order of ACME-1, once risk has answered it."""
    body = {"account": "ACME-1", "symbol": symbol, "side": "buy", "type": "limit", "quantity": quantity, "price": price}
    made = rest.post("/api/orders", json=body, headers={"Prefer": "wait=5"})
    assert made.status_code == 201, made.text
    return str(made.json()["status"])


def _limit_set(page: Page, value: str) -> None:
    page.goto("/admin/risk/limit/add/")
    page.get_by_label("Scope").select_option("symbol")
    page.get_by_label("Key").fill(LIMITED)
    page.get_by_label("Rule").select_option("max_quantity")
    page.get_by_label("Value").fill(value)
    page.get_by_label("Value").press("Enter")


def test_a_looser_limit_is_asked_for_by_one_agreed_to_by_another_and_in_force_at_once(
    person: Callable[..., Person], trader1: httpx.Client
) -> None:
    first, second = person("risk1").log_in().page, person("risk2").log_in().page
    trader = person("trader1").blotter()
    price = resting_price(trader1, LIMITED)
    _limit_set(first, "5")
    expect(first.locator(".messagelist")).to_contain_text("was added successfully")
    eventually(lambda: _answered(trader1, LIMITED, "8", price) == "rejected", what="the limit of 5 holds")

    first.goto(f"/admin/risk/limit/?q={LIMITED}")
    first.locator("#result_list tbody a").first.click()
    first.get_by_label("Value").fill("8")
    first.get_by_label("Reason").fill(REASON)
    first.get_by_label("Reason").press("Enter")
    request = _request_of(first)
    expect(first.locator("#changes")).to_contain_text("8")
    expect(first.locator("#why-not")).to_contain_text("a second person must decide")
    expect(first.get_by_role("button", name="Approve")).to_have_count(0)
    assert _answered(trader1, LIMITED, "8", price) == "rejected", "asked for is not agreed to"

    second.goto("/admin/approvals/changerequest/")
    second.locator("#to-decide").get_by_role("link", name=LIMITED).first.click()
    assert second.url == request
    _say_why(second, "Approve")
    expect(second.locator(".messagelist")).to_contain_text("Approved")
    second.goto(f"/admin/risk/limit/?q={LIMITED}")
    expect(second.locator("#result_list tbody tr").first).to_contain_text("8")
    eventually(lambda: _answered(trader1, LIMITED, "8", price) == "new", what="the limit of 8 holds")
    order = ticket(trader, symbol=LIMITED, side="buy", quantity="8", price=price)
    expect(row(trader, order)).to_contain_text("new")


@pytest.fixture
def _released(live_stack: Live) -> Iterator[None]:
    """Whatever happens, nothing of this test stays stopped."""
    yield
    with live_stack.user("risk1") as risk1, live_stack.user("risk2") as risk2:
        for kill in risk1.get("/api/risk/kills").json()["results"]:
            if kill["key"] == STOPPED:
                for rest in (risk1, risk2, risk1):
                    rest.post(f"/api/risk/kill/{kill['id']}/release", json={"reason": "the test is over"})


@pytest.mark.usefixtures("_released")
def test_a_stop_is_one_click_is_followed_until_flat_and_released_by_two(person: Callable[..., Person], trader1: httpx.Client) -> None:
    trader = person("trader1").blotter()
    price = resting_price(trader1, STOPPED)
    for _ in range(3):
        assert _answered(trader1, STOPPED, "2", price) == "new"
    mine = trader.locator("#orders-grid .tabulator-row", has_text=STOPPED)
    expect(mine.filter(has_text="new")).to_have_count(3)

    first = person("risk1").log_in().page
    first.goto("/admin/risk/accountexposure/home/")
    first.get_by_role("link", name="Stop something").click()
    first.get_by_label("Scope").select_option("instrument")
    first.get_by_label("Key").fill(STOPPED)
    first.get_by_label("Reason").fill(REASON)
    first.get_by_label("Reason").press("Enter")
    expect(first.locator("#kill-live")).to_have_attribute("data-state", "flat")
    expect(mine.filter(has_text="canceled")).to_have_count(3)
    assert _answered(trader1, STOPPED, "1", price) == "rejected"

    first.get_by_role("link", name="Release").click()
    _say_why(first, "Ask for the release")
    expect(first.locator(".messagelist")).to_contain_text("another person must ask")

    second = person("risk2").log_in().page
    second.goto(f"/admin/risk/kill/?q={STOPPED}")
    second.get_by_role("link", name="Release", exact=True).first.click()
    _say_why(second, "Ask for the release")
    request = _request_of(second)
    expect(second.locator("#why-not")).to_contain_text("a second person must decide")
    assert _answered(trader1, STOPPED, "1", price) == "rejected", "asked for is not agreed to"
    first.goto(request)
    _say_why(first, "Approve")
    expect(first.locator(".messagelist")).to_contain_text("may trade again")
    eventually(lambda: _answered(trader1, STOPPED, "1", price) == "new", what="the instrument trades again")
