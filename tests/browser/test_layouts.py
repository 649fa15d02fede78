"""A reader arranges the page: columns, groups, named layouts that are there again, and what is shown as a file."""

import csv
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import enter, row


def _titles(page: Page) -> list[str]:
    return [
        title for title in page.locator("#orders-grid .tabulator-col:visible .tabulator-col-title").all_text_contents() if title.strip()
    ]


def test_a_saved_layout_is_there_again_after_a_reload(person: Callable[..., Person]) -> None:
    page = person().blotter()
    page.locator("#orders .chooser summary").click()
    page.locator("#orders .choices").get_by_label("TIF").uncheck()
    page.get_by_label("Group orders by").select_option("status")
    page.keyboard.press("Escape")
    page.locator("#layout").select_option("orders")
    expect(page.locator("#chart")).to_be_hidden()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#layout-name").fill("mine")
    page.locator("#layout-name").press("Enter")
    expect(page.locator("#layout")).to_have_value("mine")
    page.reload()
    expect(page.locator("#layout")).to_have_value("mine")
    expect(page.locator("#chart")).to_be_hidden()
    expect(page.get_by_label("Group orders by")).to_have_value("status")
    assert "TIF" not in _titles(page)
    assert "Status" in _titles(page)
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("#layout")).to_have_value("trading")
    expect(page.locator("#chart")).to_be_visible()


def test_the_file_has_exactly_what_is_shown(person: Callable[..., Person], trader1: httpx.Client, tmp_path: Path) -> None:
    page = person().blotter()
    kept, canceled = enter(trader1, quantity="7"), enter(trader1, quantity="9")
    trader1.delete(f"/api/orders/{canceled}")
    expect(row(page, canceled)).to_contain_text("canceled")
    page.locator("#orders").get_by_role("button", name="Working").click()
    expect(row(page, canceled)).to_have_count(0)
    expect(row(page, kept)).to_be_visible()
    page.locator("#orders .chooser summary").click()
    with page.expect_download() as coming:
        page.locator("#orders").get_by_role("button", name="CSV").click()
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == _titles(page)
    assert kept in {line["Order"] for line in rows}
    assert {line["Status"] for line in rows} <= {"new", "partially_filled", "pending_cancel", "pending_replace", "pending_new"}
    assert len(rows) == page.locator("#orders-grid .tabulator-row").count()
