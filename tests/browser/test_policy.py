"""Every page works under the strict content security policy (the fixture fails on a violation), dark and light."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person

ADMIN = (
    "/admin/",
    "/admin/orders/order/",
    "/admin/orders/execution/",
    "/admin/matching/trade/",
    "/admin/reporting/position/",
    "/admin/risk/limit/",
    "/admin/marketdata/instrument/",
    "/admin/marketdata/instrument/IBM/change/",
    "/admin/supervision/desiredworker/",
    "/admin/audit/auditentry/",
    "/admin/password_change/",
)


def test_the_pages_of_the_desk_keep_the_policy(person: Callable[..., Person]) -> None:
    page = person("admin").log_in().page
    for path in ADMIN:
        answer = page.goto(path)
        assert answer is not None, path
        assert answer.status == 200, path
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy, path
        assert "script-src 'self'" in policy, path
        expect(page.get_by_role("link", name="Blotter").first).to_be_visible()


def test_the_api_docs_open_and_show_a_call(person: Callable[..., Person]) -> None:
    page = person("trader1").log_in().page
    page.goto("/api/docs")
    call = page.locator("#operations-tag-accounts, .opblock", has_text="/api/accounts").first
    expect(call).to_be_visible()
    page.locator(".opblock", has_text="/api/accounts").locator("button").first.click()
    page.get_by_role("button", name="Try it out").first.click()
    page.get_by_role("button", name="Execute").first.click()
    expect(page.locator(".live-responses-table .response-col_status", has_text="200").first).to_be_visible()


def test_dark_is_the_first_look_and_the_choice_is_kept_everywhere(person: Callable[..., Person]) -> None:
    page = person("admin").blotter()
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "dark")
    page.keyboard.press("t")
    expect(theme).to_have_attribute("data-theme", "light")
    page.goto("/admin/")
    expect(theme).to_have_attribute("data-theme", "light")
    page.goto("/")
    expect(theme).to_have_attribute("data-theme", "light")


def test_the_page_fits_a_small_and_a_large_screen(person: Callable[..., Person]) -> None:
    for width, height in ((390, 844), (1280, 720), (3840, 2160)):
        page = person("trader1", viewport={"width": width, "height": height}).blotter()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{width} px wide"
        expect(page.locator("#ticket-send")).to_be_visible()


def test_times_are_the_readers_with_utc_on_hover(person: Callable[..., Person]) -> None:
    page = person("trader1").blotter()
    clock = page.locator("#clock")
    assert (clock.get_attribute("title") or "").endswith("UTC")
    assert (clock.text_content() or "")[:2] != (clock.get_attribute("title") or "")[11:13], "Zurich is not on UTC"
