"""The blotter in Chromium: frames and blocked time under 2,000 live rows with 200 updates/s, ticket to row, warm start, size.

Load and ticket are measured on the page alone (`blotter_alone`), ticket and warm start also on the running demo.
"""

import gzip
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import machine, target
from benchmarks.blotter_alone import ROWS, SYMBOLS, Market
from benchmarks.blotter_alone import blotter as alone
from tests.browser.conftest import browser_path

RATE, SECONDS = 200, 10
BATCH = 0.05
"""Seconds between batches of updates, as the server conflates them."""
TICKETS, STARTS = 20, 5
OWN = target.CHECKOUT / "oms_site" / "static" / "oms"

WATCH = """() => {
  const seen = { frames: 0, blocked: [], start: performance.now() };
  window.seen = seen;
  new PerformanceObserver((list) => seen.blocked.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
  const count = () => { seen.frames += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
}"""
TOLD = "() => ({ ...window.seen, seconds: (performance.now() - window.seen.start) / 1000 })"
READY = """() => {
  const there = (which) => document.querySelector(which);
  const usable = () => there("#connection")?.dataset.state === "live" && there("#quotes td.ask")?.textContent
    && there("#orders-grid .tabulator-row, #orders-grid .tabulator-placeholder");
  const look = () => { if (usable()) window.usableAfter = performance.now(); else requestAnimationFrame(look); };
  look();
}"""
ANSWER = """(order) => {
  const asked = window.fetch;
  let number = 0;
  window.fetch = (path, options) => {
    if (path !== "/api/orders" || options?.method !== "POST") return asked(path, options);
    const made = { ...order, ...JSON.parse(options.body), id: `O9${String(number += 1).padStart(9, "0")}` };
    return Promise.resolve(new Response(JSON.stringify(made), { status: 201, headers: { "Content-Type": "application/json" } }));
  };
}"""
"""A server that answers a ticket at once, inside the page: what is left is the page's own time."""
SEND = """() => new Promise((resolve) => {
  const ids = () => [...document.querySelectorAll("#orders-grid .tabulator-row [title^=O]")].map((cell) => cell.title);
  const known = new Set(ids()), begin = performance.now();
  const request = () => performance.getEntriesByType("resource").find((one) => one.name.endsWith("/api/orders"));
  const tell = () => resolve({ whole: performance.now() - begin, request: request()?.duration ?? 0 });
  const look = () => ids().some((id) => !known.has(id)) ? tell() : requestAnimationFrame(look);
  performance.clearResourceTimings();
  document.getElementById("ticket-form").requestSubmit();
  look();
})"""


def measure() -> dict[str, Any]:
    """All figures once, against the running demo."""
    found = target.stack()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browser_path())
        try:
            cookies, market = _log_in(browser, found), Market()
            figures = {
                "load_before": _load(),
                "under_load": _under_load(browser, market),
                "ticket_alone_ms": _tickets_alone(browser, market),
                "ticket_ms": _tickets_running(browser, found, cookies),
                "warm_start_ms": _starts(browser, found, cookies),
                "own_kib": own_size(),
                "load_after": _load(),
            }
        finally:
            browser.close()
    return figures


def _load() -> float:
    """The machine's load average of the last minute: what else it does is in the figures too."""
    return machine.load()


def own_size() -> float:
    """KiB of the project's own scripts and style sheets, each compressed, as the server sends them."""
    files = [path for path in OWN.iterdir() if path.suffix in (".js", ".css")]
    return round(sum(len(gzip.compress(path.read_bytes())) for path in files) / 1024, 1)


def _log_in(browser: Browser, found: dict[str, Any]) -> Any:
    page = browser.new_page(base_url=found["web"])
    person = target.person(found, "trader1")
    page.goto("/login")
    page.get_by_label("User name").fill("trader1")
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    cookies = page.context.cookies()
    page.close()
    return cookies


@contextmanager
def _blotter(browser: Browser, found: dict[str, Any], cookies: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=found["web"], viewport={"width": 1920, "height": 1080})
    context.add_cookies(cookies)
    page = context.new_page()
    page.add_init_script(f"({READY})()")
    page.goto("/")
    page.wait_for_function("() => window.usableAfter")
    try:
        yield page
    finally:
        context.close()


def _under_load(browser: Browser, market: Market) -> dict[str, Any]:
    with alone(browser, market) as page:
        page.wait_for_timeout(2_000)  # the snapshot's rows are put in before anything is measured
        page.evaluate(WATCH)
        begin, sent = time.monotonic(), 0
        while (now := time.monotonic() - begin) < SECONDS:
            due = int(now * RATE) - sent
            market.update(due)
            sent += due
            page.wait_for_timeout(BATCH * 1000)
        told = page.evaluate(TOLD)
    return {
        "rows": ROWS,
        "updates_per_second": round(sent / told["seconds"]),
        "frames_per_second": round(told["frames"] / told["seconds"], 1),
        "longest_block_ms": round(max(told["blocked"], default=0)),
        "blocks_over_50_ms": len(told["blocked"]),
    }


def _tickets(page: Page, symbol: str, price: str) -> dict[str, Any]:
    """From tickets sent to their rows on the screen: as a person sees it, and without the request's own time."""
    for name, value in (("symbol", symbol), ("quantity", "1"), ("price", price)):
        page.locator(f"#t-{name}").fill(value)
        page.locator(f"#t-{name}").press("Tab")
    times = []
    for _ in range(TICKETS):
        times.append(page.evaluate(SEND))
        page.wait_for_timeout(300)
    return {
        "whole": machine.spread([one["whole"] for one in times]),
        "page": machine.spread([max(0.0, one["whole"] - one["request"]) for one in times]),
    }


def _tickets_alone(browser: Browser, market: Market) -> dict[str, Any]:
    with alone(browser, market) as page:
        page.evaluate(ANSWER, market.orders[0])
        return _tickets(page, SYMBOLS[0], "99")


def _tickets_running(browser: Browser, found: dict[str, Any], cookies: Any) -> dict[str, Any]:
    with _blotter(browser, found, cookies) as page, target.client(found, "trader1") as rest:
        times = _tickets(page, "IBM", str(int(Decimal(rest.get("/api/quotes/IBM").json()["bid"]) * 95 / 100)))
        rest.post("/api/orders/cancel", json={"account": target.person(found, "trader1")["accounts"][0]}).raise_for_status()
    return times


def _starts(browser: Browser, found: dict[str, Any], cookies: Any) -> dict[str, float]:
    """From the navigation to live quotes and orders on the screen, everything cached."""
    with _blotter(browser, found, cookies) as page:
        times = []
        for _ in range(STARTS):
            page.goto("/")  # a reload would ask for every file again
            page.wait_for_function("() => window.usableAfter")
            times.append(page.evaluate("window.usableAfter"))
    return machine.spread(times)


def rows(got: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is told of it."""
    load, alone_ms, tickets, start = got["under_load"], got["ticket_alone_ms"]["page"], got["ticket_ms"], got["warm_start_ms"]
    return [
        (f"{load['rows']:,} rows, {load['updates_per_second']} updates/s", f"{load['frames_per_second']} frames/s", "50 or more"),
        ("the longest block of the main thread then", f"{load['longest_block_ms']} ms", "100 ms or less"),
        ("ticket to row beside 2,000 rows, answered at once", f"p50 {alone_ms['p50']} ms, p90 {alone_ms['p90']} ms", "100 ms or less"),
        (
            "running demo: ticket to row, without the request",
            f"p50 {tickets['page']['p50']} ms, p90 {tickets['page']['p90']} ms",
            "100 ms or less",
        ),
        ("running demo: ticket to row, as seen", f"p50 {tickets['whole']['p50']} ms, p90 {tickets['whole']['p90']} ms", ""),
        ("usable, warm", f"p50 {start['p50']} ms, worst {start['worst']} ms", "1,500 ms or less"),
        ("own scripts and style sheets, compressed", f"{got['own_kib']} KiB", "300 KiB or less"),
    ]


if __name__ == "__main__":
    for line in rows(machine.keep("blotter", measure())):
        sys.stdout.write(" | ".join(line) + "\n")
