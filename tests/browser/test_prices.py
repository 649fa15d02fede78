"""The price chart follows the prints of the chosen symbol; time and sales tells every trade and marks the reader's own."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.desk import row, ticket


def test_the_chart_tells_the_bars_of_the_chosen_symbol_and_goes_on_with_the_prints(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.keyboard.press("w")
    chart = page.locator("#chart-canvas")
    expect(page.locator("#chart-symbol")).to_have_text("AAPL")
    expect(chart).to_have_attribute("aria-label", re.compile(r"^AAPL, \d+ bars of 1m, last close \d+\.\d\d$"))
    page.locator("#chart-interval").select_option("1s")
    expect(chart).to_have_attribute("aria-label", re.compile(r" bars of 1s, "))
    before = page.locator("#chart-legend").text_content()
    expect(page.locator("#chart-legend")).not_to_have_text(before or "")
    page.reload()
    expect(page.locator("#chart-interval")).to_have_value("1s")


def test_the_watch_list_tells_the_days_change_and_draws_the_last_minutes(person: Callable[..., Person]) -> None:
    page = person(viewport={"width": 1920, "height": 1080}).blotter()
    ibm = page.locator("tr[data-symbol=IBM]")
    expect(ibm.locator("td.change")).to_have_text(re.compile(r"^[+-]?\d+\.\d\d %$"))
    expect(ibm.locator("td.change")).to_have_attribute("title", re.compile("since"))
    expect(ibm.locator("polyline")).to_have_attribute("points", re.compile(r"\d,\d+(\.\d)? \d"))


def test_an_own_trade_is_marked_in_time_and_sales(person: Callable[..., Person], trader1: httpx.Client) -> None:
    page = person().blotter()
    page.locator("tr[data-symbol=MSFT] th").click()
    order = ticket(page, symbol="MSFT", side="buy", quantity="3")
    expect(row(page, order)).to_contain_text("filled")
    own = page.locator("#tape tr.own").first
    expect(own.locator("[title=yours]")).to_have_text("● 3")
    expect(own.locator("time")).to_have_attribute("title", re.compile("UTC"))
