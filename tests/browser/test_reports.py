"""Reports as people use them: a file that equals its screen, now and in the background, and the day's statement on paper."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pypdf
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import enter


def _saved(page: Page, act: Callable[[], Any]) -> bytes:
    with page.expect_download() as download:
        act()
    return Path(download.value.path()).read_bytes()


def _shown(page: Page) -> list[list[str]]:
    rows = page.locator(".report-table tbody tr")
    return [[text.strip() for text in rows.nth(at).locator("td").all_text_contents()] for at in range(rows.count())]


def test_a_file_has_the_rows_of_its_screen_at_once_and_from_the_background(person: Callable[..., Person], trader1: httpx.Client) -> None:
    enter(trader1)
    page = person("ops1").log_in().page
    page.goto("/admin/reports/blotter")
    page.locator("[name=account]").fill("ACME-1")
    page.locator("[name=side]").select_option("buy")
    page.locator("[name=to]").fill(datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    page.locator("[name=to]").press("Enter")
    page.wait_for_url("**side=buy**")
    shown = _shown(page)
    assert shown
    at_once = _saved(page, lambda: page.get_by_role("link", name="CSV").click())
    header, *rows = csv.reader(io.StringIO(at_once.decode(), newline=""))
    assert header[0] == "id"
    assert [[cell.removeprefix("'") for cell in row] for row in rows[: len(shown)]] == shown

    page.get_by_role("button", name="CSV").click()
    page.wait_for_url("**/admin/reporting/export/**")
    mine = page.locator("#result_list tbody tr").first
    expect(mine).to_contain_text("done")
    assert _saved(page, lambda: mine.get_by_role("link", name="Download").click()) == at_once


def test_the_days_statement_is_downloaded_as_a_letter(person: Callable[..., Person]) -> None:
    today = datetime.now(UTC).date()
    page = person("ops1").log_in().page
    page.goto("/admin/reports/statement")
    page.locator("[name=account]").fill("ACME-1")
    page.locator("[name=date]").fill(f"{today}")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**account=ACME-1**")
    paper = pypdf.PdfReader(io.BytesIO(_saved(page, lambda: page.get_by_role("link", name="PDF").click())))
    text = "\n".join(sheet.extract_text() for sheet in paper.pages)
    for words in (f"Account ACME-1, {today:%A %d %B %Y}", "Positions at the end of the day", "To be settled", f"of {len(paper.pages)}"):
        assert words in text
