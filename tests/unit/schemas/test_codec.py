"""The codec: what goes out comes back, what is wrong is refused by name, and nothing depends on fastavro's leniency."""

import struct
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import enums
from schemas.codec import MAX_BODY, decode, encode, frame, unframe
from schemas.errors import (
    BadHeader,
    CodecError,
    EmptyRecord,
    Malformed,
    OutOfRange,
    TooLarge,
    TrailingBytes,
    UnknownField,
    UnknownWord,
    WrongType,
)
from schemas.messages import BookLevel, BookUpdate, Execution, OrderCommand, Quote, Trade

INT64 = st.integers(-(2**63), 2**63 - 1)
NOT_NEGATIVE = st.integers(0, 2**63 - 1)
POSITIVE = st.integers(1, 2**63 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def word(kind):
    return st.sampled_from([str(member) for member in kind])


def maybe(strategy):
    return st.none() | strategy


LEVELS = st.lists(st.builds(BookLevel, POSITIVE, NOT_NEGATIVE, NOT_NEGATIVE), max_size=5).map(tuple)
MESSAGES = st.one_of(
    st.builds(
        Quote,
        NAME,
        NOT_NEGATIVE,
        NOT_NEGATIVE,
        *[maybe(NOT_NEGATIVE)] * 4,
        word(enums.QuoteEvent),
        NOT_NEGATIVE,
        TEXT,
    ),
    st.builds(
        OrderCommand,
        word(enums.CommandType),
        NOT_NEGATIVE,
        TEXT,
        TEXT,
        TEXT,
        NOT_NEGATIVE,
        maybe(word(enums.Side)),
        maybe(word(enums.OrderType)),
        maybe(word(enums.TimeInForce)),
        maybe(POSITIVE),
        maybe(POSITIVE),
        maybe(TEXT),
        TEXT,
        *[maybe(TEXT)] * 4,
        maybe(INT64),
        maybe(st.dictionaries(TEXT, INT64, max_size=4)),
    ),
    st.builds(
        Execution,
        NAME,
        NOT_NEGATIVE,
        word(enums.ExecType),
        NAME,
        NAME,
        TEXT,
        word(enums.Side),
        word(enums.OrderType),
        word(enums.TimeInForce),
        NOT_NEGATIVE,
        maybe(POSITIVE),
        NOT_NEGATIVE,
        NOT_NEGATIVE,
        NOT_NEGATIVE,
        maybe(POSITIVE),
        maybe(POSITIVE),
        maybe(TEXT),
        maybe(word(enums.Liquidity)),
        *[maybe(TEXT)] * 6,
        maybe(POSITIVE),
        maybe(POSITIVE),
    ),
    st.builds(Trade, NAME, POSITIVE, NAME, POSITIVE, POSITIVE, *[NAME] * 4, word(enums.Side), NOT_NEGATIVE),
    st.builds(BookUpdate, NAME, NOT_NEGATIVE, word(enums.BookType), LEVELS, LEVELS, maybe(POSITIVE), NOT_NEGATIVE),
)

QUOTE = Quote("IBM", 18_125_000_000, 18_126_000_000, 100, None, None, None, "Q", 1_700_000_000_000_000, "replay")
COMMAND = OrderCommand("new", 7, "O1", "ACME-1", "IBM", 5, "buy", "limit", "day", 10, 20)
EXECUTION = Execution("E1", 1, "trade", "O1", "ACME-1", "IBM", "buy", "limit", "day", 10, 20, 10, 0, 5, 10, 20, "T1", "maker")
TRADE = Trade("T1", 1, "IBM", 10, 20, "O1", "O2", "ACME-1", "ZEN-1", "buy", 5)
BOOK = BookUpdate("IBM", 1, "update", (BookLevel(20, 10, 1),), (), None, 5)


@given(MESSAGES)
def test_every_message_comes_back_as_it_went(message):
    assert decode(type(message), encode(message)) == message


@given(st.sampled_from([Quote, OrderCommand, Execution, Trade, BookUpdate]), st.binary(max_size=200))
def test_random_bytes_are_a_message_or_a_codec_error(record, body):
    try:
        message = decode(record, body)
    except CodecError:
        return
    encode(message)  # whatever was taken passes the checks of the way out


@given(MESSAGES, st.data())
def test_a_truncated_body_is_refused(message, data):
    body = encode(message)
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(CodecError):
        decode(type(message), body[:cut])


@given(MESSAGES, st.binary(min_size=1, max_size=20))
def test_bytes_after_the_last_field_are_refused(message, more):
    with pytest.raises(TrailingBytes):
        decode(type(message), encode(message) + more)


@given(MESSAGES, st.integers(0, 2**32 - 1))
def test_a_header_left_on_is_refused(message, schema_id):
    with pytest.raises(CodecError):
        decode(type(message), frame(schema_id, encode(message)))


def test_the_frame_is_written_by_hand_and_read_back():
    body = b"\x06IBM" + b"\x02\x04" + b"\x00\x00\x00\x00" + b"\x02Q" + b"\x0a" + b"\x00"
    quote = Quote("IBM", 1, 2, None, None, None, None, "Q", 5, "")
    assert encode(quote) == body
    assert frame(258, body) == b"\x00\x00\x00\x01\x02" + body
    assert unframe(b"\x00\x00\x00\x01\x02" + body) == (258, body)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (None, EmptyRecord),
        (b"", EmptyRecord),
        (b"\x00", BadHeader),
        (b"\x00\x00\x00\x00\x01", BadHeader),
        (b"\x01\x00\x00\x00\x01x", BadHeader),
        (b'{"symbol": "IBM"}', BadHeader),
        (b"\x00\x00\x00\x00\x01" + bytes(MAX_BODY + 1), TooLarge),
    ],
)
def test_what_is_no_frame_is_refused(value, error):
    with pytest.raises(error):
        unframe(value)


@pytest.mark.parametrize(
    ("message", "field", "value", "error"),
    [
        (QUOTE, "bid", 181.25, WrongType),
        (QUOTE, "bid", float("nan"), WrongType),
        (QUOTE, "bid", True, WrongType),
        (QUOTE, "bid", "181", WrongType),
        (QUOTE, "bid", None, WrongType),
        (QUOTE, "bid", -1, OutOfRange),
        (QUOTE, "ask", 2**63, OutOfRange),
        (QUOTE, "symbol", "", OutOfRange),
        (QUOTE, "symbol", b"IBM", WrongType),
        (QUOTE, "symbol", None, WrongType),
        (QUOTE, "event", "X", UnknownWord),
        (QUOTE, "time", -1, OutOfRange),
        (COMMAND, "command", "order", UnknownWord),
        (COMMAND, "side", "long", UnknownWord),
        (COMMAND, "tif", "forever", UnknownWord),
        (COMMAND, "quantity", 0, OutOfRange),
        (COMMAND, "quantity", -5, OutOfRange),
        (COMMAND, "price", 0, OutOfRange),
        (COMMAND, "value", -(2**63) - 1, OutOfRange),
        (COMMAND, "attributes", {"tick": 0.01}, WrongType),
        (COMMAND, "attributes", {"tick": 2**63}, OutOfRange),
        (COMMAND, "attributes", [("tick", 1)], WrongType),
        (EXECUTION, "type", "done", UnknownWord),
        (EXECUTION, "leaves_quantity", -1, OutOfRange),
        (EXECUTION, "last_price", 0, OutOfRange),
        (EXECUTION, "liquidity", "both", UnknownWord),
        (TRADE, "price", 0, OutOfRange),
        (TRADE, "quantity", 0, OutOfRange),
        (TRADE, "seq", 0, OutOfRange),
        (BOOK, "bids", [BookLevel(1, 1, 1)], WrongType),
        (BOOK, "bids", ((1, 1, 1),), WrongType),
        (BOOK, "bids", (BookLevel(0, 1, 1),), OutOfRange),
        (BOOK, "asks", (BookLevel(1, -1, 1),), OutOfRange),
        (BOOK, "asks", (BookLevel(1.5, 1, 1),), WrongType),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(message, field, value, error):
    with pytest.raises(error) as raised:
        encode(replace(message, **{field: value}))
    assert raised.value.field == field or raised.value.field.startswith(f"{field}.")
    assert field in str(raised.value)


@pytest.mark.parametrize(
    ("place", "value", "error"),
    [("quantity", 0, OutOfRange), ("command", "order", UnknownWord), ("price", -1, OutOfRange)],
)
def test_what_may_not_be_written_may_not_be_read_either(monkeypatch, place, value, error):
    from schemas import codec

    plan = codec._PLANS[OrderCommand]
    with monkeypatch.context() as patched:
        patched.setattr(type(plan.rules), "check", lambda self, values: None)
        body = encode(replace(COMMAND, **{place: value}))
    with pytest.raises(error):
        decode(OrderCommand, body)


def test_only_records_of_topics_are_written():
    with pytest.raises(UnknownField):
        encode({"symbol": "IBM", "colour": "blue"})
    with pytest.raises(UnknownField):
        encode(BookLevel(1, 1, 1))


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(WrongType):
        encode(replace(QUOTE, symbol="\ud800"))


@pytest.mark.parametrize("length", [2**31 - 1, 2**62, -1, -(2**31)])
@pytest.mark.parametrize("record", [Quote, Execution, Trade, BookUpdate])
def test_a_promised_length_costs_no_memory(record, length):
    zigzag = (length << 1) ^ (length >> 63)
    prefix = b""
    while zigzag > 0x7F:
        prefix, zigzag = prefix + bytes([zigzag & 0x7F | 0x80]), zigzag >> 7
    body = prefix + bytes([zigzag]) + b"IBM"
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(Malformed):
        decode(record, body)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert time.perf_counter() - began < 0.5


def test_a_promised_number_of_levels_costs_no_memory():
    head = b"\x06IBM\x02\x0cupdate"
    tracemalloc.start()
    with pytest.raises(Malformed):
        decode(BookUpdate, head + b"\xfe\xff\xff\xff\x0f" + b"\x02\x02\x02")
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_the_largest_record_is_bounded_both_ways():
    with pytest.raises(TooLarge):
        encode(replace(COMMAND, user="x" * MAX_BODY))
    with pytest.raises(TooLarge):
        decode(Quote, bytes(MAX_BODY + 1))


def test_enum_members_are_words_and_come_back_as_text():
    message = decode(OrderCommand, encode(replace(COMMAND, side=enums.Side.BUY, command=enums.CommandType.NEW)))
    assert message == COMMAND
    assert type(message.side) is str


def test_the_header_is_one_zero_byte_and_four_of_the_id():
    assert struct.calcsize(">bI") == 5
    assert frame(1, b"x")[:5] == struct.pack(">bI", 0, 1)
