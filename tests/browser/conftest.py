"""Debian's Chromium on the running product. A violation of the content security policy or a script error fails any test."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.live import Live

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT = 20_000
AFTER = "/account/"
"""Where logging in leads: a small page that everybody may see."""
SESSIONS: dict[str, list[Any]] = {}
"""Cookies of people who have logged in, by name."""
Contexts = dict[str, BrowserContext]

expect.set_options(timeout=WAIT)


def browser_path() -> dict[str, Any]:
    """How to start the browser that is installed; root has no sandbox."""
    path = os.environ.get("OMS_BROWSER") or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert path, "no browser: install one (Debian: apt-get install chromium)"
    return {"executable_path": path, "args": [] if os.geteuid() else ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """With the browser that is installed."""
    return {**browser_type_launch_args, **browser_path()}


class Person:
    """A demo person at a browser of their own."""

    def __init__(self, live: Live, page: Page, name: str, complaints: list[str]) -> None:
        self.live, self.page, self.name, self.complaints = live, page, name, complaints

    def log_in(self) -> "Person":
        """With the session of an earlier test as long as it holds: logging in has tests of its own. The page stays where it is."""
        self.page.context.add_cookies(SESSIONS.get(self.name, []))
        if self.page.context.request.get(AFTER, max_redirects=0).status != httpx.codes.OK:
            self._fill_in()
            SESSIONS[self.name] = [cookie for cookie in self.page.context.cookies() if cookie["name"] == "oms_session"]
        return self

    def _fill_in(self) -> None:
        self.page.goto(f"/login?next={AFTER}")
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("Password").fill(str(self.live.users[self.name]["password"]))
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"**{AFTER}")

    def blotter(self) -> Page:
        """Logged in, with the stream live and quotes on the screen."""
        self.log_in()
        self.page.goto("/")
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "live")
        expect(self.page.locator("tr[data-symbol=IBM] td.ask")).not_to_be_empty()
        return self.page

    def rest(self) -> httpx.Client:
        return self.live.user(self.name)


def _complain(complaints: list[str], message: ConsoleMessage) -> None:
    if "Content Security Policy" in message.text or "Refused to" in message.text:
        complaints.append(message.text)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """Browser contexts by what they were opened with, kept for their caches: a page that was open before opens quickly."""
    kept: Contexts = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def person(browser: Browser, contexts: Contexts, live_stack: Live) -> Iterator[Callable[..., Person]]:
    """Opens a page for a demo person as if it were the first, and one only of each; checks at the end that no page complained."""
    used: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(name: str = "trader1", **options: Any) -> Person:
        settings = {"viewport": {"width": 1440, "height": 900}, "timezone_id": "Europe/Zurich", "base_url": live_stack.web} | options
        key = f"{name} {settings}"
        context = contexts.get(key) or browser.new_context(**settings)
        assert context not in used, f"{name} has a page already"
        contexts[key] = context
        used.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda message: _complain(complaints, message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Person(live_stack, page, name, complaints)

    yield opened
    for context in used:
        for page in context.pages[1:]:
            page.close()
        context.clear_cookies()
        context.pages[0].goto("/livez")  # a page of the site that keeps nothing itself
        context.pages[0].evaluate("localStorage.clear()")
        context.pages[0].close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def trader1(live_stack: Live) -> Iterator[httpx.Client]:
    """REST of trader1; what works of its account is canceled afterwards."""
    with live_stack.user("trader1") as rest:
        yield rest
        rest.post("/api/orders/cancel", json={"account": "ACME-1"})
