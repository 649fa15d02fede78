"""What intake reads and what it refuses, each with the field at fault."""

import hashlib
import json
import time
from typing import Any

import pytest

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest.parsing import loads
from orders.domain import entry
from orders.domain.entry import NEEDS, RESTING, TIMES, Terms
from schemas.enums import OrderType, SelfTradePrevention, TimeInForce
from schemas.messages import Conditions
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
        *("status", "cum_quantity", "cum_qty", "id", "version", "owner", "is_admin", "stop_price", "expire_date", "trail_offset"),
        *("Account", "qty", "triggered", "trade_date", "source", "day_quantity", "working", "cash_quantity"),
    ],
)
@pytest.mark.parametrize("value", ["1", None, 0, False])
def test_a_stray_field_is_refused_even_if_null_or_zero(field: str, value: Any) -> None:
    assert refused(BODY | {field: value}).field == field


@pytest.mark.parametrize(
    ("field", "value", "offered"),
    [
        ("type", "pegged", "limit, market, stop, stop_limit, trailing_stop"),
        ("type", "LIMIT", "limit"),
        ("tif", "gtx", "day, gtc, gtd, ioc, fok, at_open, at_close"),
        ("tif", "DAY", "day"),
        ("self_trade_prevention", "cancel", "none, cancel_newest, cancel_oldest, cancel_both, decrement"),
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


# types, times in force and conditions

VALUES = {"price": "181.25", "stop_price": "182", "trail_offset": "0.5"}


def body(kind: str, tif: str = "day", **more: Any) -> dict[str, Any]:
    """An order of this type and time in force with exactly the fields it needs, and `more`."""
    needed = {name: VALUES[name] for name in NEEDS[kind]} | ({"expire_date": "2026-11-30"} if tif == "gtd" else {})
    return {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": kind, "quantity": "100", "tif": tif} | needed | more


@pytest.mark.parametrize("tif", TimeInForce)
@pytest.mark.parametrize("kind", OrderType)
def test_a_type_takes_its_times_in_force_and_no_other(kind: OrderType, tif: TimeInForce) -> None:
    if tif in TIMES[kind]:
        order = parse(body(kind, tif))
        assert (order.type, order.tif) == (kind, tif)
    else:
        assert refused(body(kind, tif)).field == "tif"


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize("kind", OrderType)
def test_a_type_needs_its_prices_and_refuses_the_others_whatever_they_hold(kind: OrderType, field: str) -> None:
    whole = body(kind)
    if field in NEEDS[kind]:
        assert refused({name: value for name, value in whole.items() if name != field}).field == field
        for bad in ("0", "181.255", "-1", None, 1.5, "1" * 30, True):
            assert refused(whole | {field: bad}).field == field
    else:
        for stray in (VALUES[field], "0", 0, None, False, "", []):
            assert refused(whole | {field: stray}).field == field


@pytest.mark.parametrize(
    ("kind", "conditions"),
    [
        ("stop", Conditions(stop_price=182 * ONE)),
        ("stop_limit", Conditions(stop_price=182 * ONE)),
        ("trailing_stop", Conditions(trail_offset=ONE // 2)),
        ("limit", None),
        ("market", None),
    ],
)
def test_what_a_type_needs_becomes_its_conditions(kind: str, conditions: Conditions | None) -> None:
    order = parse(body(kind))
    assert order.conditions == conditions
    assert order.price == (18_125_000_000 if "price" in NEEDS[kind] else None)


@pytest.mark.parametrize("tif", TimeInForce)
def test_a_date_goes_with_gtd_and_only_with_it(tif: TimeInForce) -> None:
    whole = body("limit", tif)
    if tif == "gtd":
        assert parse(whole).conditions == Conditions(expire_date="2026-11-30")
        del whole["expire_date"]
        assert refused(whole).field == "expire_date"
    else:
        for stray in ("2026-11-30", None, 0, "", False):
            assert refused(whole | {"expire_date": stray}).field == "expire_date"


@pytest.mark.parametrize(
    "value",
    [
        *(
            "2026-02-30",
            "2026-13-01",
            "2026-00-10",
            "20261130",
            "2026-W48-1",
            "2026-11-30T00:00:00Z",
            " 2026-11-30",
            "30.11.2026",
            "tomorrow",
        ),
        *("", "0000-01-01", "2026-1-1", "\uff12026-11-30", "2026-11-30\n", None, 20261130, 1.5, True, ["2026-11-30"], {}),
    ],
    ids=repr,
)
def test_what_is_no_day_of_the_calendar_is_refused(value: Any) -> None:
    assert refused(body("limit", "gtd") | {"expire_date": value}).field == "expire_date"


def test_a_leap_day_is_a_day() -> None:
    assert parse(body("limit", "gtd", expire_date="2028-02-29")).conditions == Conditions(expire_date="2028-02-29")


RESTING_LIMITS = [("limit", tif) for tif in RESTING]
OTHERS = [(kind.value, tif) for kind in OrderType for tif in TIMES[kind] if (kind.value, tif) not in RESTING_LIMITS]


@pytest.mark.parametrize(("kind", "tif"), RESTING_LIMITS)
def test_a_resting_limit_order_may_be_post_only_and_show_a_part(kind: str, tif: str) -> None:
    order = parse(body(kind, tif, post_only=True, display_quantity="10"))
    assert order.conditions is not None
    assert (order.conditions.post_only, order.conditions.display_quantity) == (True, 10 * ONE)


@pytest.mark.parametrize(("kind", "tif"), OTHERS)
def test_no_other_order_takes_post_only_or_a_display_quantity_whatever_they_hold(kind: str, tif: str) -> None:
    for field, values in {"post_only": (True, False, None, 0), "display_quantity": ("10", 0, None, False)}.items():
        for value in values:
            assert refused(body(kind, tif) | {field: value}).field == field


@pytest.mark.parametrize("value", ["0", 0, "101", "100.5", "1.0", -1, None, True, "x", 10**12])
def test_a_display_quantity_is_whole_lots_up_to_the_quantity(value: Any) -> None:
    assert parse(body("limit", display_quantity="100")).conditions == Conditions(display_quantity=100 * ONE)
    assert refused(body("limit", display_quantity=value)).field == "display_quantity"


@pytest.mark.parametrize("field", ["post_only", "reduce_only"])
@pytest.mark.parametrize("value", [0, 1, "true", "false", None, [], "yes"])
def test_a_flag_is_true_or_false(field: str, value: Any) -> None:
    assert refused(body("limit", **{field: value})).field == field


@pytest.mark.parametrize("kind", OrderType)
def test_any_order_may_only_reduce_and_may_keep_from_trading_with_its_own_kind(kind: OrderType) -> None:
    for mode in SelfTradePrevention:
        order = parse(body(kind, reduce_only=True, self_trade_prevention=mode.value))
        assert order.conditions is not None
        assert order.conditions.reduce_only
        assert order.conditions.self_trade_prevention == (None if mode == "none" else mode)


@pytest.mark.parametrize("value", ["", "NONE", "decrement ", None, False, 0, ["none"]])
def test_a_mode_of_self_trade_prevention_is_one_of_the_words(value: Any) -> None:
    assert refused(body("limit", self_trade_prevention=value)).field == "self_trade_prevention"


def test_conditions_that_come_to_nothing_make_a_plain_order() -> None:
    assert parse(body("limit", post_only=False, reduce_only=False, self_trade_prevention="none")).conditions is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (body("limit", "fok", post_only=True), "post_only"),
        (body("limit", "ioc", display_quantity=10), "display_quantity"),
        (body("market", price="1"), "price"),
        (body("stop") | {"price": "1"}, "price"),
        ({name: value for name, value in body("stop").items() if name != "stop_price"}, "stop_price"),
        (body("limit") | {"type": "stop"}, "stop_price"),
        (body("market", "gtd"), "tif"),
        (body("stop", "at_open"), "tif"),
        (body("trailing_stop", stop_price="1"), "stop_price"),
        (body("stop", trail_offset="1"), "trail_offset"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nonsense_combinations_name_the_field_at_fault(asked: dict[str, Any], field: str) -> None:
    assert refused(asked).field == field


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
    assert replacement({"quantity": 5}) == entry.Replacement(5 * ONE, None)
    assert replacement({"price": "1.5", "client_order_id": "r1"}) == entry.Replacement(None, 150_000_000, "r1")
    assert replacement({"stop_price": "1.5"}, "stop") == entry.Replacement(None, None, stop_price=150_000_000)
    both = replacement({"price": "1.5", "stop_price": "1.4"}, "stop_limit")
    assert both == entry.Replacement(None, 150_000_000, stop_price=140_000_000)


@pytest.mark.parametrize("kind", OrderType)
@pytest.mark.parametrize("field", ["price", "stop_price", "trail_offset", "display_quantity", "tif", "expire_date"])
@pytest.mark.parametrize("value", ["1.5", "0", None, False])
def test_a_replace_takes_the_prices_its_type_has_and_no_other(kind: OrderType, field: str, value: Any) -> None:
    if field in NEEDS[kind] and field != "trail_offset" and value == "1.5":
        assert getattr(replacement({field: value}, kind), field) == 150_000_000
        return
    with pytest.raises(InvalidInput) as refusal:
        replacement({"quantity": 1, field: value}, kind)
    assert refusal.value.field == field


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
        ({"stop_price": None}, "stop_price"),
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
    assert entry.parse_scope({"trader": "trader1"}) == entry.Scope(None, None, None, None, "trader1")
    for body in (
        {},
        {"reason": "x"},
        {"all": False},
        {"all": 1},
        {"all": True, "side": "buy"},
        {"all": True, "trader": "trader1"},
        {"trader": ""},
        {"trader": 1},
        {"trader": "x" * 151},
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
    nothing_more = {"self_trade_prevention": "none", "post_only": False, "reduce_only": False}
    assert digest(BODY) == digest(BODY | nothing_more), "what is asked for is the same"
    assert digest(BODY) != digest(BODY | {"post_only": True})
    assert digest(BODY | {"display_quantity": 10}) == digest(BODY | {"display_quantity": "10"}) != digest(BODY | {"display_quantity": 11})


def test_the_digest_of_a_plain_order_is_the_one_that_earlier_programs_stored() -> None:
    read = entry.parse_items([BODY], INSTRUMENTS)
    values = ["order", [["ACME-1", "IBM", "buy", "limit", "day", 100 * ONE, 18_125_000_000, None]]]
    stored = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    assert entry.digest("order", [BODY], read) == stored


@pytest.mark.parametrize("key", ["", "x" * 65, "caf\xe9", "a\nb", "a\x00"])
def test_an_idempotency_key_is_short_and_printable(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        entry.idempotency_key(key)
    assert refusal.value.field == "Idempotency-Key"
