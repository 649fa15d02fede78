"""The page about risk names every check in the order they run, every code they refuse with and every limit."""

import re
from pathlib import Path

from risk.domain.checks import CHECKS
from risk.domain.limits import Rule
from schemas.enums import OrderType, Reason

PAGE = (Path(__file__).parents[3] / "docs" / "risk.md").read_text(encoding="utf-8")


def test_every_check_stands_on_the_page_in_its_order() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.M) == [check.__name__ for check in CHECKS]


def test_the_limits_and_codes_of_the_page_are_those_there_are() -> None:
    rows = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"\(`(\w+)`\)", rows)) <= set(Rule)
    codes = {code for row in rows.splitlines() for code in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert codes - set(Rule) <= set(Reason)


def test_every_type_has_its_price_on_the_page() -> None:
    for kind in OrderType:
        assert re.search(rf"^\| {kind.value.replace('_', '.')} \|", PAGE, re.M), kind
