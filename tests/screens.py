"""Pictures of the main screens of the running demo, for the docs: `python -m tests.screens [NAME ...]` writes `docs/img/NAME.png`."""

import sys
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from oms_site.stack import Stack
from oms_site.stack.layout import CHECKOUT
from tests.browser.conftest import browser_path

CHARTS, LIST = "#charts canvas", "#result_list tbody tr"
FOLDER = CHECKOUT / "docs" / "img"


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as a person sees it, a stranger without a name. `ready` is what must be on it; `press` is pressed there first."""

    person: str
    path: str
    ready: str
    size: tuple[int, int] = (1600, 950)
    theme: str = "dark"
    press: str = ""

    @property
    def moves(self) -> bool:
        """Whether it shows a market or charts, which want some seconds to be themselves."""
        return self.path == "/" or self.ready == CHARTS


ROLES = {"trader": "trader1", "sales": "sales", "risk": "risk1", "operations": "ops1", "compliance": "compliance", "viewer": "viewer"}

SCREENS = {
    "login": Screen("", "/login", "form"),
    "login-light": Screen("", "/login", "form", theme="light"),
    "blotter": Screen("trader1", "/", "#quotes .spark polyline[points]", (1920, 1080)),
    "blotter-light": Screen("trader1", "/", "#tape tr.own", theme="light"),
    "blotter-story": Screen("trader1", "/", "#story-steps li", press="#orders-grid .tabulator-row[data-status=filled] [aria-label^=Story]"),
    "blotter-4k": Screen("trader1", "/", "#quotes .spark polyline[points]", (3840, 2160)),
    "blotter-phone": Screen("trader1", "/", "#quotes td.bid", (412, 915)),
    "account": Screen("trader1", "/account/", "main"),
    **{f"home-{role}": Screen(person, "/admin/", CHARTS) for role, person in ROLES.items()},
    "home-admin": Screen("admin", "/admin/", CHARTS),
    "home-operations-light": Screen("ops1", "/admin/", CHARTS, theme="light"),
    "order": Screen("risk1", "/admin/orders/order/?account=ACME-1&status=new", ".life li", press=f"{LIST} th a"),
    "order-light": Screen("risk1", "/admin/orders/order/?account=ACME-1&status=filled", ".life li", theme="light", press=f"{LIST} th a"),
    "order-refused": Screen("risk1", "/admin/orders/order/?account=ACME-1&status=rejected", ".life li", press=f"{LIST} th a"),
    "control-room": Screen("risk1", "/admin/risk/accountexposure/home/", "#heat"),
    "limits": Screen("risk1", "/admin/risk/limit/", "#result_list, .paginator"),
    "kills": Screen("risk1", "/admin/risk/kill/", "#result_list, .paginator"),
    "requests": Screen("risk1", "/admin/approvals/changerequest/", "#content"),
    "orders": Screen("ops1", "/admin/orders/order/", "#result_list"),
    "executions": Screen("ops1", "/admin/orders/execution/", LIST),
    "trades": Screen("ops1", "/admin/matching/trade/", LIST),
    "instruments": Screen("ops1", "/admin/marketdata/instrument/", LIST),
    "ledger": Screen("ops1", "/admin/reporting/journalentry/", "#content"),
    "reports": Screen("ops1", "/admin/reports", "#content"),
    "report": Screen("ops1", "/admin/reports/blotter", ".report-table"),
    "settlement": Screen("ops1", "/admin/reporting/settlementobligation/", LIST),
    "positions": Screen("ops1", "/admin/reporting/position/", LIST),
    "workers": Screen("ops1", "/admin/supervision/desiredworker/", LIST),
    "dead-letters": Screen("ops1", "/admin/bus/outboxmessage/dead-letters/", "#content"),
}


def trade(rest: httpx.Client) -> None:
    """Some orders, so that there is something to see: filled, resting on both sides, refused."""
    for symbol in ("IBM", "MSFT", "AAPL"):
        quote = rest.get(f"/api/quotes/{symbol}").json()
        wanted = [("buy", "market", None, "300"), ("buy", "limit", quote["bid"], "500"), ("sell", "limit", quote["ask"], "200")]
        for side, kind, price, quantity in wanted:
            order = {"account": "ACME-1", "symbol": symbol, "side": side, "type": kind, "quantity": quantity}
            rest.post("/api/orders", json=order | ({"price": price} if price else {}), headers={"Prefer": "wait=5"}).raise_for_status()
    refused = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "10", "price": "1"}
    rest.post("/api/orders", json=refused).raise_for_status()


def log_in(browser: Browser, web: str, user: dict[str, object]) -> list[Any]:
    """The cookies of a person who has logged in."""
    page = browser.new_page(base_url=web)
    page.goto("/login")
    page.get_by_label("User name").fill(str(user["username"]))
    page.get_by_label("Password").fill(str(user["password"]))
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    cookies: list[Any] = page.context.cookies()
    page.context.close()
    return cookies


def shoot(browser: Browser, web: str, cookies: list[Any], name: str, screen: Screen) -> None:
    """Go there, wait until it shows what it should, and write the picture."""
    width, height = screen.size
    context = browser.new_context(base_url=web, viewport={"width": width, "height": height}, color_scheme=screen.theme)  # type: ignore[arg-type]
    context.add_cookies(cookies)
    context.add_init_script(f"localStorage.setItem('theme', '{screen.theme}')")
    page: Page = context.new_page()
    page.goto(screen.path)
    if screen.press:
        page.locator(screen.press).first.click()
    expect(page.locator(screen.ready).first).to_be_visible(timeout=20_000)
    if screen.moves:
        page.wait_for_timeout(3_000)  # prices move a few times: a picture of a market, not of its first second
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main(names: list[str]) -> int:
    """Write the pictures of these screens, of all without a name; exit code 2 for a name there is not."""
    unknown = set(names) - set(SCREENS)
    if unknown:
        sys.stderr.write(f"no such screen: {', '.join(sorted(unknown))}; there are {', '.join(SCREENS)}\n")
        return 2
    stack = Stack.attach()
    people = {str(user["username"]): user for user in stack.users()}
    web = stack.addresses()["web"]
    with httpx.Client(base_url=web, headers={"Authorization": f"Token {people['trader1']['token']}"}, timeout=30) as rest:
        trade(rest)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_path())
        sessions: dict[str, list[Any]] = {"": []}
        for name in names or SCREENS:
            who = SCREENS[name].person
            if who not in sessions:
                sessions[who] = log_in(browser, web, people[who])
            shoot(browser, web, sessions[who], name, SCREENS[name])
            sys.stdout.write(f"{FOLDER / name}.png\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
