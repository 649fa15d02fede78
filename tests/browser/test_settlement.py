"""A fail as operations meet it: found on the home page, taken, retried, settled; every word of it came through the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.eventually import eventually
from tests.live import Live

MAKE = """
from oms_site.infra.tracking.context import acting
from reporting import services
from schemas.messages import Trade
from schemas.units import ONE
with acting("a trade of the past", request_id="browser"):
    services.obligations_record(trades=[
        Trade({name!r}, 1, "KO", 40 * ONE, 60 * ONE, "O-B", "O-S", "ZEN-1", "HOUSE-LP", "sell", {time})
    ])
"""


def _fail_percent(page: Page, percent: str) -> None:
    page.goto("/admin/reporting/settlementrules/1/change/")
    for others in ("Late", "Partial", "Mismatch"):
        page.get_by_label(f"{others} (percent)").fill("0")
    page.get_by_label("Fail (percent)").fill(percent)
    page.get_by_label("Reason").fill("a drill")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")


def _press(page: Page, button: str, then: str) -> None:
    page.locator(".object-tools").get_by_role("link", name=button, exact=True).click()
    page.get_by_label("Reason").fill("they have found the shares")
    page.get_by_role("button", name=then).click()
    expect(page.locator(".messagelist")).to_contain_text("a fail")


def test_a_fail_is_found_owned_retried_and_settled(person: Callable[..., Person], live_stack: Live) -> None:
    ops = person("ops1").log_in()
    desk, rest = ops.page, ops.rest()
    long_ago = datetime.now(UTC) - timedelta(days=14)
    name = f"TBROWSER{int(long_ago.timestamp())}"
    try:
        _fail_percent(desk, "100")
        live_stack.manage("shell", "-c", MAKE.format(name=name, time=int(long_ago.timestamp()) * 1_000_000))

        def status() -> str:
            found = rest.get("/api/settlement/instructions", params={"account": "ZEN-1", "symbol": "KO"}).json()["results"]
            return next(row["status"] for row in found if row["id"] == f"{name}-B")

        desk.goto("/admin/")
        eventually(lambda: status() == "failed", within=40, what="the custodian says that it failed")
        desk.reload()
        desk.get_by_role("link", name="not settled on their day").click()
        desk.goto(f"{desk.url}&q={name}-B")
        desk.get_by_role("link", name=f"{name}-B").first.click()
        expect(desk.locator("#content")).to_contain_text("failed")
        _press(desk, "Take", "Take it")
        expect(desk.locator(".terms")).to_contain_text("ops1")
    finally:
        _fail_percent(desk, "0")
    desk.goto(f"/admin/reporting/settlementobligation/{name}-B/change/")
    _press(desk, "Retry", "Retry it")
    eventually(lambda: status() == "settled", within=40, what="the custodian says that it settled")
    desk.reload()
    expect(desk.locator(".life")).to_contain_text("40 against 2400")
    desk.locator(".life").get_by_role("link", name="entry").first.click()
    expect(desk.locator("#content")).to_contain_text("settlement")
