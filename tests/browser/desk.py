"""What a trader does on the blotter, as steps."""

from decimal import Decimal

import httpx
from playwright.sync_api import Locator, Page, expect


def ticket(page: Page, *, symbol: str, side: str, quantity: str, price: str | None = None, tif: str = "day") -> str:
    """Fill the ticket and send it with Enter; the id of the order."""
    page.locator("#t-symbol").fill(symbol)
    page.locator("#t-symbol").press("Tab")
    page.locator(f"input[name=side][value={side}]").check(force=True)
    page.locator("#t-type").select_option("limit" if price else "market")
    page.locator("#t-quantity").fill(quantity)
    if price:
        page.locator("#t-price").fill(price)
    page.locator("#t-tif").select_option(tif)
    before = page.locator("#ticket-answer .small").text_content() if page.locator("#ticket-answer .small").count() else ""
    page.locator("#t-quantity").press("Enter")
    told = page.locator("#ticket-answer .small")
    expect(told).to_be_visible()
    expect(told).not_to_have_text(before or "nothing before")
    return told.text_content() or ""


def answer(page: Page) -> Locator:
    return page.locator("#ticket-answer")


def row(page: Page, order: str) -> Locator:
    """The row of an order in the orders grid."""
    return page.locator("#orders-grid .tabulator-row", has=page.locator(f"[title='{order}']"))


def resting_price(rest: httpx.Client, symbol: str = "IBM") -> str:
    """5 % under the bid."""
    bid = Decimal(rest.get(f"/api/quotes/{symbol}").json()["bid"])
    return str((bid * Decimal("0.95")).quantize(Decimal("0.01")))


def enter(rest: httpx.Client, symbol: str = "IBM", quantity: str = "7") -> str:
    """A resting order by REST; its id."""
    order = {"account": "ACME-1", "symbol": symbol, "side": "buy", "type": "limit", "tif": "day", "quantity": quantity}
    made = rest.post("/api/orders", json=order | {"price": resting_price(rest, symbol)})
    assert made.status_code == 201, made.text
    return made.json()["id"]
