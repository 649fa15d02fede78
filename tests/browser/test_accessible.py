"""The main pages by axe-core, dark and light: nothing serious that keeps somebody out."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.desk import enter

GRAVE = {"serious", "critical"}
HOMES = ("trader1", "sales", "risk1", "ops1", "compliance", "viewer", "admin")


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds grave on the page as it stands: rule, help, and the first elements.

    Without its copies of style sheets: of one that imports another (the stock admin's forms.css) it makes one, and the policy refuses it.
    """
    found = Axe().run(page, options={"preload": False, **options}).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:4]}" for one in found if one["impact"] in GRAVE]


def seen_in_both(page: Page) -> list[str]:
    """The violations of the page as it stands, dark, and those of its colors in light: nothing else changes with the theme.

    The stock admin's links fade from one color to the other: what is judged are the colors they come to.
    """
    found = violations(page)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.evaluate("Promise.allSettled(document.getAnimations().map((fading) => fading.finished)).then(() => null)")
    return [*found, *(f"light: {one}" for one in violations(page, runOnly=["color-contrast"]))]


def test_the_log_in(person: Callable[..., Person]) -> None:
    page = person().page
    page.goto("/login")
    assert seen_in_both(page) == []


def test_the_blotter_with_an_order_and_its_story(person: Callable[..., Person], trader1: httpx.Client) -> None:
    enter(trader1)
    page = person().blotter()
    page.locator("#orders-grid [aria-label^=Story]").first.click()
    expect(page.locator("#story-steps li").first).to_be_visible()
    assert seen_in_both(page) == []


@pytest.mark.parametrize("name", HOMES)
def test_the_home_of_each_role(person: Callable[..., Person], name: str) -> None:
    page = person(name).log_in().page
    page.goto("/admin/")
    expect(page.locator(".tiles.numbers")).to_be_visible()
    expect(page.locator("#charts canvas").first).to_be_visible()
    expect(page.locator("#not-fresh")).to_be_hidden()
    assert seen_in_both(page) == []


def test_the_page_of_an_order_and_the_risk_home(person: Callable[..., Person], trader1: httpx.Client) -> None:
    order = enter(trader1)
    page = person("risk1").log_in().page
    page.goto(f"/admin/orders/order/{order}/change/")
    expect(page.get_by_role("heading", name="Explained")).to_be_visible()
    assert seen_in_both(page) == []
    page.goto("/admin/risk/accountexposure/home/")
    assert seen_in_both(page) == []
