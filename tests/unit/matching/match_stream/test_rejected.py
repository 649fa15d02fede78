"""What is well said but cannot be done: a line of its own for each, and nothing changes."""

import json
from typing import Any

import pytest

from tests.unit.matching.match_stream.cases import answer, answers

INVALID, OFF_TICK, OFF_LOT = "order_field_invalid", "price_off_tick", "quantity_off_lot"
TYPES: dict[str, dict[str, Any]] = {
    "limit": {"price": 10},
    "market": {},
    "stop": {"stop_price": 10},
    "stop_limit": {"stop_price": 10, "price": 11},
    "trailing_stop": {"trail_offset": 1},
}
OWN = {
    "limit": {"price", "display_quantity", "post_only"},
    "market": set[str](),
    "stop": {"stop_price"},
    "stop_limit": {"stop_price", "price"},
    "trailing_stop": {"trail_offset"},
}
FIELDS: dict[str, Any] = {"price": 10, "stop_price": 10, "trail_offset": 1, "display_quantity": 1, "post_only": False}
STRAY = [(kind, name) for kind in TYPES for name in FIELDS if name not in OWN[kind]]
LACKING = [(kind, name) for kind, fields in TYPES.items() for name in fields]
TIMES = {
    "limit": "day gtc gtd ioc fok at_close",
    "market": "day gtc ioc fok at_close",
    "stop": "day gtc gtd ioc fok",
    "stop_limit": "day gtc gtd ioc fok",
    "trailing_stop": "day gtc gtd ioc fok",
}
BEYOND = [(kind, tif) for kind in TYPES for tif in ["day", "gtc", "gtd", "ioc", "fok", "at_open", "at_close"]]


def new(kind: str = "limit", tif: str = "day", **changed: Any) -> dict[str, Any]:
    line = {"op": "new", "id": "a", "side": "buy", "type": kind, "tif": tif, "quantity": 5, **TYPES[kind]}
    return line | ({"expire_date": "2024-02-29"} if tif == "gtd" else {}) | changed


def rejected(code: str) -> list[dict[str, Any]]:
    return [{"n": 1, "type": "rejected", "id": "a", "code": code}]


@pytest.mark.parametrize(("kind", "name"), STRAY)
@pytest.mark.parametrize("value", ["as it would be", 0])
def test_a_field_the_type_does_not_take_even_if_zero_or_false(kind: str, name: str, value: Any) -> None:
    wanted = FIELDS[name] if value or name == "post_only" else value
    assert answers(new(kind, **{name: wanted})) == rejected(INVALID)


@pytest.mark.parametrize(("kind", "name"), LACKING)
def test_a_field_the_type_needs(kind: str, name: str) -> None:
    line = new(kind)
    del line[name]
    assert answers(line) == rejected(INVALID)


@pytest.mark.parametrize(("kind", "tif"), BEYOND)
def test_which_time_in_force_a_type_takes_in_continuous_trading(kind: str, tif: str) -> None:
    told = answers(new(kind, tif))[0]["type"]
    assert told == ("new" if tif in TIMES[kind].split() else "rejected")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 0}, INVALID),
        ({"quantity": "0.00"}, INVALID),
        ({"quantity": "-0"}, INVALID),
        ({"quantity": -5}, INVALID),
        ({"quantity": "0.5"}, OFF_LOT),
        ({"quantity": "5.00000001"}, OFF_LOT),
        ({"quantity": "5.000000001"}, OFF_LOT),
        ({"quantity": "0.000000001"}, OFF_LOT),
        ({"price": 0}, INVALID),
        ({"price": "-0.0"}, INVALID),
        ({"price": -1}, INVALID),
        ({"price": "10.000000001"}, OFF_TICK),
        ({"price": "0." + "0" * 5000 + "1"}, OFF_TICK),
        ({"display_quantity": 0}, INVALID),
        ({"display_quantity": 6}, INVALID),
        ({"display_quantity": "2.5"}, OFF_LOT),
        ({"display_quantity": "1.000000001"}, OFF_LOT),
        ({"expire_date": "2024-02-29"}, INVALID),
        ({"id": ""}, INVALID),
        ({"symbol": ""}, INVALID),
        ({"account": ""}, INVALID),
    ],
    ids=str,
)
def test_a_value_that_cannot_be(changed: dict[str, Any], code: str) -> None:
    line = new(**changed)
    assert answers(line) == [{"n": 1, "type": "rejected", "id": line["id"], "code": code}]


@pytest.mark.parametrize("kind", ["stop", "stop_limit", "trailing_stop"])
@pytest.mark.parametrize(("value", "code"), [(0, INVALID), (-1, INVALID), ("1.000000001", OFF_TICK)])
def test_a_stop_price_or_trail_offset_that_cannot_be(kind: str, value: Any, code: str) -> None:
    name = "trail_offset" if kind == "trailing_stop" else "stop_price"
    assert answers(new(kind, **{name: value})) == rejected(code)


@pytest.mark.parametrize(
    "date", ["", "2024-02-30", "2023-02-29", "20240229", "2024-2-9", "2024-02-29 ", "tomorrow", "2024-W09-4", "0000-01-01"]
)
def test_a_date_that_is_none(date: str) -> None:
    assert answers(new(tif="gtd", expire_date=date)) == rejected(INVALID)


def test_gtd_without_its_date() -> None:
    line = new(tif="gtd")
    del line["expire_date"]
    assert answers(line) == rejected(INVALID)


@pytest.mark.parametrize(
    ("value", "ok"), [("0.05", True), (10, True), ("10.05", True), ("10.01", False), ("0.01", False), ("10.050000001", False)]
)
def test_ticks_are_exact(value: Any, ok: bool) -> None:
    told = answers({"op": "instrument", "tick": "0.05", "lot": 1}, new(price=value))
    assert told[0] == {"n": 2, "type": "new", "id": "a"} if ok else {"n": 2, "type": "rejected", "id": "a", "code": OFF_TICK}


@pytest.mark.parametrize(("value", "ok"), [("0.3", True), (3, True), ("0.30", True), ("0.1", False), ("0.7", False), ("0.30000001", False)])
def test_lots_are_exact(value: Any, ok: bool) -> None:
    told = answers({"op": "instrument", "tick": "0.05", "lot": "0.3"}, new(quantity=value))
    assert told[0] == {"n": 2, "type": "new", "id": "a"} if ok else {"n": 2, "type": "rejected", "id": "a", "code": OFF_LOT}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 0}, INVALID),
        ({"quantity": -1}, INVALID),
        ({"quantity": "1.5"}, OFF_LOT),
        ({"quantity": "1.000000001"}, OFF_LOT),
        ({"price": 0}, INVALID),
        ({"price": -1}, INVALID),
        ({"price": "1.000000001"}, OFF_TICK),
        ({"stop_price": 5}, INVALID),
        ({"stop_price": "5.000000001"}, OFF_TICK),
        ({"quantity": 4, "stop_price": 0}, INVALID),
    ],
    ids=str,
)
def test_a_replace_that_cannot_be_leaves_the_order_untouched(changed: dict[str, Any], code: str) -> None:
    told = answers(new(), {"op": "replace", "id": "a", **changed}, {"op": "book"})
    assert told[1] == {"n": 2, "type": "replace_rejected", "id": "a", "code": code}
    assert told[2]["bids"] == [["10", "5", 1]]


def test_that_the_id_is_open_or_is_not_comes_before_everything_else() -> None:
    open_already = [new(price="0.000000001"), new("market", post_only=False), new(tif="gtd", expire_date="never")]
    told = answers(new(), *open_already, {"op": "replace", "id": "b", "price": "0.000000001"})
    assert [line["code"] for line in told[1:]] == ["order_duplicate"] * 3 + ["order_unknown"]


def test_a_rejected_line_changes_nothing() -> None:
    lines = [new(), {**new(), "id": "b", "price": "0.000000001"}, {**new(), "id": "c", "quantity": 0}, new()]
    assert _hash(new()) == _hash(*lines)


def test_an_empty_account_or_symbol_in_a_mass_cancel_is_nobodys_not_everybodys() -> None:
    kept = answers(new(), {"op": "mass_cancel", "account": ""}, {"op": "mass_cancel", "symbol": ""})
    assert [told["type"] for told in kept] == ["new"]


def test_a_book_is_read_without_making_one() -> None:
    assert _hash({"op": "book", "symbol": "Q"}) == _hash()
    assert answers({"op": "book", "symbol": "Q"}) == [{"n": 1, "type": "book", "symbol": "Q", "bids": [], "asks": [], "last": None}]


def _hash(*lines: dict[str, Any]) -> str:
    return json.loads(answer(*lines, with_hash=True).splitlines()[-1])["value"]
