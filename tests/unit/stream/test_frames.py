"""Client frames are read strictly; server frames are the contract's."""

import json
from typing import Any

import pytest

from oms_site.stream import frames
from oms_site.stream.frames import BadFrame, Command, parse
from tests.unit.stream.wire import texts


def told(sent: bytes) -> Any:
    """The one message in these bytes."""
    (text,) = texts([sent])
    return json.loads(text)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 2**16 - 1, 2**16, 100_000])
def test_a_text_of_any_size_is_framed_as_the_protocol_wants(size: int) -> None:
    assert texts([frames.wire("x" * size), frames.wire("ä")]) == ["x" * size, "ä"]


def test_a_subscribe_is_read() -> None:
    assert parse('{"op":"subscribe","channel":"orders","key":"ACME-1","from_seq":7}') == Command("subscribe", "orders", "ACME-1", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"subscribe"',
        '{"op":"dance"}',
        '{"op":["subscribe"]}',
        '{"op":"subscribe","channel":"orders"}',
        '{"op":"subscribe","channel":1,"key":"X"}',
        '{"op":"subscribe","channel":"orders","key":null}',
        '{"op":"subscribe","channel":"orders","key":"X","extra":1}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":0}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":-1}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":true}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":1.0}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":"7"}',
        '{"op":"subscribe","channel":"orders","key":"X","from_seq":9223372036854775808}',
        '{"op":"subscribe","channel":"orders","key":"\\ud800"}',
        '{"op":"auth"}',
        '{"op":"ping","at":1}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadFrame):
        parse(text)


def test_a_refusal_names_the_subscription_it_is_about() -> None:
    with pytest.raises(BadFrame) as refused:
        parse('{"op":"subscribe","channel":"orders","key":"X","from_seq":0}')
    assert (refused.value.channel, refused.value.key) == ("orders", "X")


def test_a_frame_has_the_five_fields_and_its_data_untouched() -> None:
    sent = frames.frame(frames.prefix("orders", 'A"1'), 7, "update", '{"price":"1.10"}')
    assert told(sent) == {"channel": "orders", "key": 'A"1', "seq": 7, "type": "update", "data": {"price": "1.10"}}


def test_a_gap_tells_what_was_lost() -> None:
    found = told(frames.gap(frames.prefix("quotes", "IBM"), 5, 9))
    assert found == {"channel": "quotes", "key": "IBM", "seq": 9, "type": "gap", "data": {"from": 5, "to": 9}}


def test_errors_and_pongs_have_no_sequence() -> None:
    assert told(frames.PONG)["seq"] is None
    assert told(frames.error("key_unknown", "no", "orders", "\x00"))["key"] == "\x00"
