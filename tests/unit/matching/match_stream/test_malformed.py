"""What ends a run: every kind of line that is not the command's language, and what stands before it is kept."""

import json
from typing import Any

import pytest

from matching.match_stream.strict_json import Malformed
from tests.unit.matching.match_stream.cases import answer, answers

NEW = {"op": "new", "id": "a", "side": "buy", "type": "limit", "tif": "day", "quantity": 1, "price": 10}
"""A good line; the tests spoil it in one place."""


def new(**changed: Any) -> dict[str, Any]:
    return {**NEW, **changed}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in NEW.items() if name not in names}


def raw(name: str, text: str) -> str:
    """The good line with `text`, as it is, for the value of `name`."""
    return json.dumps(new(**{name: "@"})).replace('"@"', text)


NO_JSON: list[str | bytes] = [
    "new",
    "{",
    '{"op": "book"',
    '{"op": "book",}',
    '{"op": "book"} x',
    '{"op": "book"}{"op": "book"}',
    "{'op': 'book'}",
    '{op: "book"}',
    '{"op": "book" /* all of it */}',
    '{"op": "bo\tok"}',
    '{"op": "bo\\xok"}',
    "\u00a0",
    "\x0b",
    "\x00",
    '\ufeff{"op": "book"}',
    b'{"op": "\xff"}',
    b'{"op": "new", "id": "\xc3"}',
    b'{"op": "cancel", "id": "\xed\xa0\x80"}',
    b'\xff\xfe{\x00"\x00',
    '{"op": "cancel", "id": "\\ud800"}',
    '{"op": "cancel", "id": "\\udc00\\ud800"}',
    "[" * 100_000,
    '{"op":' * 100_000,
]
NO_OBJECT = ["[]", '["op", "book"]', '"book"', "1", "null", "true", "{}"]
DOUBLED = ['{"op": "book", "op": "book"}', '{"op": "cancel", "id": "a", "id": "a"}', '{"op": "cancel", "id": "a", "i\\u0064": "b"}']
UNKNOWN = [
    {"op": "amend", "id": "a"},
    {"op": "NEW"},
    {"op": None},
    {"op": 1},
    {"op": ["new"]},
    {"id": "a"},
    new(colour="red"),
    new(reduce_only=True),
    new(client_order_id="1"),
    new(Price=10),
    {"op": "cancel", "id": "a", "symbol": "X"},
    {"op": "replace", "id": "a", "side": "buy"},
    {"op": "replace", "id": "a", "display_quantity": 1},
    {"op": "mass_cancel", "id": "a"},
    {"op": "uncross", "price": 1},
    {"op": "book", "id": "a"},
    {"op": "instrument", "tick": 1, "lot": 1, "band": 1},
    new(side="BUY"),
    new(side="short"),
    new(side=""),
    new(side=1),
    new(side=None),
    new(side=["buy"]),
    new(type="Limit"),
    new(type="pegged"),
    new(tif="gfd"),
    new(tif=None),
    new(self_trade_prevention="both"),
    new(self_trade_prevention=None),
    {"op": "mass_cancel", "side": "both"},
    {"op": "phase", "phase": "open"},
    {"op": "phase", "phase": "auction", "kind": "intraday"},
    {"op": "phase", "phase": "closed", "date": "2024-02-30"},
    {"op": "phase", "phase": "closed", "date": "20240229"},
    {"op": "phase", "phase": "closed", "date": "2024-W09-4"},
    {"op": "phase", "phase": "closed", "date": "2024-2-9"},
    {"op": "phase", "phase": "closed", "date": "2024-02-29T00:00:00"},
    {"op": "phase", "phase": "closed", "date": ""},
    {"op": "phase", "phase": "closed", "date": 20240229},
]
MISSING = [
    *(without(name) for name in ("op", "id", "side", "type", "tif", "quantity")),
    {"op": "cancel"},
    {"op": "replace", "quantity": 1},
    {"op": "phase"},
    {"op": "instrument", "tick": 1},
    {"op": "instrument", "lot": 1},
]
WRONG_KIND = [
    new(id=1),
    new(id=None),
    new(id=["a"]),
    new(symbol=1),
    new(account=False),
    new(expire_date=20240229),
    new(post_only="true"),
    new(post_only=1),
    new(post_only=None),
    {"op": "cancel", "id": 1.5},
    {"op": "mass_cancel", "account": None},
    {"op": "book", "symbol": 7},
]
NO_NUMBER = [
    *("null", "true", "false", "[1]", "{}", '{"a": 1}', '""', '"one"', '" 1"', '"1 "', '"1\\n"', '"+1"', '"01"', '"-01"', '".5"', '"1."'),
    *('"-"', '"--1"', '"1,000"', '"1_000"', '"1e3"', '"1E3"', '"0x10"', '"NaN"', '"inf"', '"Infinity"', '"-Infinity"', '"1/2"'),
    *(
        '"\\u0661"',
        '"\\uff11"',
        '"\u00b2"',
        "1e3",
        "1E3",
        "1e+3",
        "1.5e-3",
        "0e0",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        ".5",
        "1.",
        "-",
    ),
]
NUMBERS = ["quantity", "price", "stop_price", "trail_offset", "display_quantity"]
STEPS = ["0", "-1", "0.000000001", "1.000000001", '"0.0"', "-0.5"]
DEPTHS = ["0", "-1", "1.5", '"2.5"', "0.000000001", "null", "true", '"all"', "1e1"]


@pytest.mark.parametrize("line", [*NO_JSON, *NO_OBJECT, *DOUBLED], ids=lambda line: ascii(line)[:40])
def test_a_line_that_is_no_object_of_strict_json(line: str | bytes) -> None:
    with pytest.raises(Malformed):
        answer(line)


@pytest.mark.parametrize("line", [*UNKNOWN, *MISSING, *WRONG_KIND], ids=lambda line: json.dumps(line)[-60:])
def test_an_unknown_op_word_or_field_a_missing_field_and_a_value_of_another_kind(line: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        answer(line)


@pytest.mark.parametrize("text", NO_NUMBER)
@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_where_one_belongs(name: str, text: str) -> None:
    with pytest.raises(Malformed):
        answer(raw(name, text))


@pytest.mark.parametrize("name", ["quantity", "price", "stop_price"])
def test_no_number_in_a_replace(name: str) -> None:
    with pytest.raises(Malformed):
        answer({"op": "replace", "id": "a", name: "1e3"})


@pytest.mark.parametrize("text", [*STEPS, *NO_NUMBER])
@pytest.mark.parametrize("name", ["tick", "lot"])
def test_a_tick_or_lot_that_is_no_step(name: str, text: str) -> None:
    with pytest.raises(Malformed):
        answer(json.dumps({"op": "instrument", "tick": 1, "lot": 1, name: "@"}).replace('"@"', text))


@pytest.mark.parametrize("text", DEPTHS)
def test_a_depth_that_is_no_whole_number_from_1(text: str) -> None:
    with pytest.raises(Malformed):
        answer(f'{{"op": "book", "depth": {text}}}')


def test_a_line_is_judged_whole_before_anything_of_it_is_done() -> None:
    with pytest.raises(Malformed, match="colour"):
        answer(new(price="0.000000001", colour="red"))


def test_the_message_says_which_field() -> None:
    for line, told in ((new(price="1e3"), "price"), (new(side="up"), "side"), (without("tif"), "tif"), ({"op": "x"}, "op")):
        with pytest.raises(Malformed, match=told):
            answer(line)


@pytest.mark.parametrize("blank", [b"", b" ", b"\t", b"\r", b" \t \r"])
def test_a_blank_line_is_skipped_but_counted(blank: bytes) -> None:
    assert [told["n"] for told in answers(blank, NEW, blank, blank, {"op": "cancel", "id": "a"})] == [2, 5]


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\n\n \n"])
def test_the_last_line_may_end_or_not(ending: bytes) -> None:
    assert [told["n"] for told in answers(json.dumps(NEW).encode() + ending)] == [1]


def test_blanks_around_an_object_and_the_order_of_its_fields_are_free() -> None:
    line = ' \t{ "price" : 10 , "quantity":1,"tif":"day","type":"limit","side":"buy","id":"a","op":"new" } \r'
    assert answer(line) == answer(NEW)
