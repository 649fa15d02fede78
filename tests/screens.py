"""Pictures of the main screens of the running demo, for the docs: `python -m tests.screens [NAME ...]` writes `docs/img/NAME.png`."""

import sys
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from oms_site.stack import Stack
from oms_site.stack.layout import CHECKOUT
from tests.browser.conftest import browser_path

FOLDER = CHECKOUT / "docs" / "img"


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as a person sees it. `ready` is what must be on it; `prepare` does something there first."""

    person: str
    path: str
    ready: str
    size: tuple[int, int] = (1600, 950)
    theme: str = "dark"
    press: str = ""


SCREENS = {
    "blotter": Screen("trader1", "/", "#quotes .spark polyline[points]", (1920, 1080)),
    "blotter-light": Screen("trader1", "/", "#tape tr.own", theme="light"),
    "blotter-story": Screen("trader1", "/", "#story-steps li", press="#orders-grid [aria-label^=Story]"),
    "blotter-phone": Screen("trader1", "/", "#quotes td.bid", (412, 915)),
    "home-operations": Screen("ops1", "/admin/", "#charts canvas"),
    "home-operations-light": Screen("ops1", "/admin/", "#charts canvas", theme="light"),
    "order": Screen("risk1", "/admin/orders/order/?account=ACME-1&status=new", ".life li", press="#result_list tbody th a"),
    "order-refused": Screen("risk1", "/admin/orders/order/?account=ACME-1&status=rejected", ".life li", press="#result_list tbody th a"),
    "home-risk": Screen("risk1", "/admin/risk/accountexposure/home/", "#heat"),
    "orders": Screen("ops1", "/admin/orders/order/", "#result_list"),
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


def shoot(browser: Browser, web: str, password: str, name: str, screen: Screen) -> None:
    """Log in, go there, wait until it shows what it should, and write the picture."""
    width, height = screen.size
    page: Page = browser.new_page(base_url=web, viewport={"width": width, "height": height}, color_scheme=screen.theme)  # type: ignore[arg-type]
    page.add_init_script(f"localStorage.setItem('theme', '{screen.theme}')")
    page.goto(f"/login?next={quote(screen.path)}")
    page.get_by_label("User name").fill(screen.person)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    if screen.press:
        page.locator(screen.press).first.click()
    expect(page.locator(screen.ready).first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(3_000)  # prices move a few times: a picture of a market, not of its first second
    page.screenshot(path=FOLDER / f"{name}.png")
    page.close()


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
        for name in names or SCREENS:
            shoot(browser, web, str(people[SCREENS[name].person]["password"]), name, SCREENS[name])
            sys.stdout.write(f"{FOLDER / name}.png\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
