"""Numbers are exact: any number of digits in, the shortest plain decimal out."""

import json
import sys
from typing import Any

import pytest

from tests.unit.matching.match_stream.cases import answer, answers


def _limit(quantity: str, price: str) -> str:
    """A resting order, its numbers as they are."""
    return f'{{"op": "new", "id": "a", "side": "buy", "type": "limit", "tif": "day", "quantity": {quantity}, "price": {price}}}'


def _best(quantity: str, price: str) -> list[Any]:
    return answers(_limit(quantity, price), {"op": "book"})[1]["bids"][0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("0.00000001", "0.00000001"),
        ("0.10", "0.1"),
        ("100", "100"),
        ("100.000000000000", "100"),
        ("181.25", "181.25"),
        ("0.1234567800", "0.12345678"),
        ("92233720368.54775808", "92233720368.54775808"),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901234567890.12345678", "123456789012345678901234567890.12345678"),
    ],
)
def test_a_price_is_told_in_its_shortest_form_whether_number_or_text(written: str, told: str) -> None:
    assert _best("1", written) == [told, "1", 1]
    assert _best("1", f'"{written}"') == [told, "1", 1]


@pytest.mark.parametrize("digits", [4_301, 10_000, 50_000])
def test_any_number_of_digits_is_a_number(digits: int) -> None:
    number = "7" * digits
    assert _best(number, "1") == ["1", number, 1]
    assert _best("1", f'"{number}.5"') == [f"{number}.5", "1", 1]
    assert json.loads(answer(_limit(number, number), with_hash=True).splitlines()[-1])["type"] == "hash"


def test_the_interpreters_limit_of_digits_is_what_it_was_afterwards() -> None:
    before = sys.get_int_max_str_digits()
    answer(_limit("1", "1"))
    assert sys.get_int_max_str_digits() == before


def test_tenths_add_up() -> None:
    lines = [
        {"op": "instrument", "tick": "0.1", "lot": "0.1"},
        *({"op": "new", "id": str(i), "side": "sell", "type": "limit", "tif": "day", "quantity": 0.1, "price": 0.3} for i in range(3)),
        {"op": "new", "id": "b", "side": "buy", "type": "limit", "tif": "fok", "quantity": "0.3", "price": "0.30"},
    ]
    assert [told["quantity"] for told in answers(*lines) if told["type"] == "trade"] == ["0.1", "0.1", "0.1"]


@pytest.mark.parametrize("depth", ["1", "1.0", '"1"'])
def test_a_depth_is_a_number_as_well(depth: str) -> None:
    lines = [
        _limit("1", "10"),
        _limit("1", "9").replace('"a"', '"b"'),
        f'{{"op": "book", "depth": {depth}}}',
        '{"op": "book", "depth": 99}',
    ]
    whole = [["10", "1", 1], ["9", "1", 1]]
    assert [told["bids"] for told in answers(*lines)[2:]] == [whole[:1], whole]
