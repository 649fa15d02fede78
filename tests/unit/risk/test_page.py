"""The page about risk says what the code runs on: each control once, each limit, each code, and at which price each type is judged."""

import re
from itertools import pairwise

from risk.domain.catalog import LINES
from risk.domain.limits import Rule
from risk.page import PAGE, renewed
from schemas.enums import OrderType, Reason

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_generated_parts_of_the_page_are_fresh() -> None:
    assert renewed(TEXT) == TEXT, "run: python -m risk.page"


def test_every_control_has_its_line_in_the_order_of_its_number_within_each_group() -> None:
    numbers = [int(line.rc.removeprefix("RC")) for line in LINES]
    assert set(numbers) == set(range(1, 31))
    out_of_order = [line.rule for line, (before, after) in zip(LINES[1:], pairwise(numbers), strict=True) if after < before]
    assert out_of_order == [Rule.MAX_NOTIONAL], "the quote's age is asked first: what comes after it needs the quote"


def test_every_code_that_risk_refuses_with_stands_in_one_place() -> None:
    said = {code for line in LINES for code in line.codes} | {Reason.LIMIT_MISSING}
    words = list(Reason)
    of_risk = set(words[: words.index(Reason.ORDER_CLOSED)])
    assert of_risk - said == {Reason.ORDER_UNKNOWN}, "of requests, not of orders"
    assert said - of_risk == {Reason.SELF_TRADE}, "matching's"


def test_every_type_has_its_price_on_the_page() -> None:
    for kind in OrderType:
        assert re.search(rf"^\| {kind.value.replace('_', '.')} \|", TEXT, re.M), kind
