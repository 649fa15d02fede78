"""What intake reads and what it refuses, each with the field at fault."""

import json
import time
from typing import Any

import pytest

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest.parsing import loads
from orders.domain import entry
from orders.domain.entry import Terms
from schemas.units import ONE

INSTRUMENTS = {
    "IBM": Terms(ONE // 100, ONE, 10_000 * ONE, 2, 0),
    "EURUSD": Terms(ONE // 100_000, ONE // 100, 1_000_000 * ONE, 5, 2),
}
BODY = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "100", "price": "181.25"}


def parse(body: Any) -> entry.NewOrder:
    return entry.parse_order(loads(body if isinstance(body, bytes) else json.dumps(body).encode()), INSTRUMENTS)


def refused(body: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as refusal:
        parse(body)
    return refusal.value


def test_an_order_is_read_as_exact_integers() -> None:
    assert parse(BODY) == entry.NewOrder("ACME-1", "IBM", "buy", "limit", "day", 100 * ONE, 18_125_000_000, None)


@pytest.mark.parametrize("quantity", [100, "100"])
def test_json_integers_and_decimal_strings_are_the_same_number(quantity: Any) -> None:
    assert parse(BODY | {"quantity": quantity}).quantity == 100 * ONE


def test_decimals_up_to_those_of_the_instrument_are_taken() -> None:
    order = parse(BODY | {"symbol": "EURUSD", "quantity": "0.25", "price": "1.08501"})
    assert (order.quantity, order.price) == (25_000_000, 108_501_000)


def test_the_largest_quantity_is_taken_and_one_more_is_not() -> None:
    assert parse(BODY | {"quantity": "10000"}).quantity == 10_000 * ONE
    assert refused(BODY | {"quantity": "10001"}).field == "quantity"


BAD_NUMBERS: list[Any] = [
    *(-1, 0, "0", "-0", "-1", "+1", "1_000", "1,000", "1e3", "1E+999999", " 1 ", "1 ", "", ".5", "5.", "0x10", "NaN", "inf", "Infinity"),
    *("\u0661\u0662", "\uff11\uff10", "01", "9" * 13, "9" * 2000, "1.123456789", True, None, [], {}, [1], 10**12, 10**30),
]


@pytest.mark.parametrize("number", BAD_NUMBERS, ids=repr)
@pytest.mark.parametrize("field", ["quantity", "price"])
def test_what_is_no_number_of_the_contract_is_refused_and_named(field: str, number: Any) -> None:
    assert refused(BODY | {field: number}).field == field


@pytest.mark.parametrize("literal", ["1.0", "1e3", "1E5", "100.5", "9" * 2000, "-0", "1e999999999"])
def test_json_numbers_with_a_point_or_an_exponent_are_refused_and_named(literal: str) -> None:
    body = json.dumps(BODY | {"quantity": "?"}).replace('"?"', literal).encode()
    assert refused(body).field == "quantity"


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity"])
def test_words_that_are_no_json_are_refused(literal: str) -> None:
    refused(json.dumps(BODY | {"quantity": "?"}).replace('"?"', literal).encode())


def test_a_monstrous_number_is_refused_at_once() -> None:
    begun = time.perf_counter()
    refused(BODY | {"quantity": "1" * 60_000})
    refused(json.dumps(BODY | {"quantity": "?"}).replace('"?"', "1" * 60_000).encode())
    refused(BODY | {"quantity": "1E+999999"})
    assert time.perf_counter() - begun < 0.05


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("price", "181.255", "decimals"), ("quantity", "1.5", "decimals"), ("quantity", "1.0", "decimals"), ("price", "181.250", "decimals")],
)
def test_more_decimals_than_the_instrument_has_are_refused_never_rounded(field: str, value: str, word: str) -> None:
    refusal = refused(BODY | {field: value})
    assert refusal.field == field
    assert word in refusal.message


def test_off_tick_and_off_lot_are_refused() -> None:
    instruments = {"IBM": Terms(5 * ONE // 100, 100 * ONE, 10_000 * ONE, 2, 0)}
    for field, value in (("price", "181.26"), ("quantity", "150")):
        with pytest.raises(InvalidInput, match="multiple") as refusal:
            entry.parse_order(BODY | {field: value}, instruments)
        assert refusal.value.field == field


@pytest.mark.parametrize("field", ["account", "symbol", "side", "type", "quantity", "price"])
def test_a_missing_field_is_named(field: str) -> None:
    assert refused({name: value for name, value in BODY.items() if name != field}).field == field


@pytest.mark.parametrize("field", [*BODY, "tif", "client_order_id"])
def test_null_is_no_value(field: str) -> None:
    assert refused(BODY | {field: None}).field == field


@pytest.mark.parametrize(
    "field",
    [
        *("status", "cum_quantity", "cum_qty", "id", "version", "owner", "is_admin", "stop_price", "display_quantity", "post_only"),
        *("reduce_only", "self_trade_prevention", "expire_date", "trail_offset", "Account", "qty"),
    ],
)
@pytest.mark.parametrize("value", ["1", None, 0, False])
def test_a_stray_field_is_refused_even_if_null_or_zero(field: str, value: Any) -> None:
    assert refused(BODY | {field: value}).field == field


@pytest.mark.parametrize(
    ("field", "value", "offered"),
    [
        ("type", "stop", "limit, market"),
        ("type", "LIMIT", "limit"),
        ("tif", "fok", "day, gtc, ioc"),
        ("tif", "gtd", "day"),
        ("side", "Buy", "buy, sell"),
        ("side", 1, "buy"),
        ("type", ["limit"], "limit"),
        ("side", {}, "buy"),
    ],
)
def test_a_word_that_is_not_offered_is_told_which_are(field: str, value: Any, offered: str) -> None:
    refusal = refused(BODY | {field: value})
    assert refusal.field == field
    assert all(word in refusal.message for word in offered.split(", "))


def test_a_market_order_has_no_price_and_a_limit_order_has_one() -> None:
    market = {name: value for name, value in BODY.items() if name != "price"} | {"type": "market"}
    assert parse(market).price is None
    assert refused(market | {"price": "1"}).field == "price"


@pytest.mark.parametrize("symbol", ["XYZ", "", "ibm", "I\x00BM", "X" * 4096, 1, ["IBM"]])
def test_an_unknown_symbol_is_refused(symbol: Any) -> None:
    assert refused(BODY | {"symbol": symbol}).field == "symbol"


@pytest.mark.parametrize("name", ["", "x" * 65, "x" * 4096, "a\x00b", "\ud800", 7, ["a"]])
def test_a_client_order_id_that_cannot_be_stored_is_refused(name: Any) -> None:
    assert refused(BODY | {"client_order_id": name}).field == "client_order_id"


@pytest.mark.parametrize("name", ["=cmd()", "<script>alert(1)</script>", "'; DROP TABLE orders; --", "\u65e5\u672c", "x" * 64])
def test_free_text_is_taken_raw(name: str) -> None:
    assert parse(BODY | {"client_order_id": name}).client_order_id == name


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1", b"true", b"", b"{", b'{"a": 1} x', b"\xef\xbb\xbf{}", b"\xff\xfe{}"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    refused(body)


def test_a_doubled_field_is_refused() -> None:
    assert refused(b'{"account": "ACME-1", "account": "ZEN-1"}').field == "account"


# replace, scope, bulk


def replacement(body: Any, kind: str = "limit") -> entry.Replacement:
    return entry.parse_replace(body, kind, INSTRUMENTS["IBM"])


def test_a_replace_names_what_changes() -> None:
    assert replacement({"quantity": 5}) == entry.Replacement(5 * ONE, None, None)
    assert replacement({"price": "1.5", "client_order_id": "r1"}) == entry.Replacement(None, 150_000_000, "r1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, None),
        ({"client_order_id": "x"}, None),
        ([], None),
        (None, None),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "10001"}, "quantity"),
        ({"price": "1.005"}, "price"),
        ({"price": None}, "price"),
        ({"stop_price": "1"}, "stop_price"),
        ({"side": "sell", "quantity": 1}, "side"),
        ({"status": "filled"}, "status"),
    ],
)
def test_a_replace_that_cannot_be_is_refused(body: Any, field: str | None) -> None:
    with pytest.raises(InvalidInput) as refusal:
        replacement(body)
    assert refusal.value.field == field


def test_a_market_order_takes_no_price_later_either() -> None:
    with pytest.raises(InvalidInput, match="market"):
        replacement({"price": "1"}, "market")


def test_a_mass_cancel_needs_a_scope_or_all() -> None:
    assert entry.parse_scope({"all": True}) == entry.Scope(None, None, None, None)
    assert entry.parse_scope({"side": "buy", "reason": "lunch"}) == entry.Scope(None, None, "buy", "lunch")
    for body in (
        {},
        {"reason": "x"},
        {"all": False},
        {"all": 1},
        {"all": True, "side": "buy"},
        {"side": "x"},
        {"account": None},
        {"desk": 1},
        [],
    ):
        with pytest.raises(InvalidInput):
            entry.parse_scope(body)


@pytest.mark.parametrize(
    "body", [{}, {"orders": []}, {"orders": [BODY] * 501}, {"orders": BODY}, {"orders": [BODY], "x": 1}, [BODY], {"orders": None}]
)
def test_a_bulk_is_a_list_of_1_to_500(body: Any) -> None:
    with pytest.raises(InvalidInput):
        entry.parse_bulk(body)


def test_a_bad_item_of_a_bulk_does_not_spoil_the_others() -> None:
    read = entry.parse_items([BODY, None, BODY | {"side": "x"}], INSTRUMENTS)
    assert isinstance(read[0], entry.NewOrder)
    assert isinstance(read[1], InvalidInput)
    assert isinstance(read[2], InvalidInput)
    assert read[2].field == "side"


def test_bodies_are_compared_as_parsed_values() -> None:
    def digest(body: Any) -> str:
        return entry.digest("order", [body], entry.parse_items([body], INSTRUMENTS))

    same = dict(reversed(list(BODY.items()))) | {"quantity": 100, "tif": "day"}
    assert digest(BODY) == digest(same)
    assert digest(BODY) != digest(BODY | {"quantity": "101"})
    assert digest(BODY) != entry.digest("bulk", [BODY], entry.parse_items([BODY], INSTRUMENTS))
    assert digest({"a": 1}) == digest({"a": 1}) != digest({"a": 2})


@pytest.mark.parametrize("key", ["", "x" * 65, "caf\xe9", "a\nb", "a\x00"])
def test_an_idempotency_key_is_short_and_printable(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        entry.idempotency_key(key)
    assert refusal.value.field == "Idempotency-Key"
