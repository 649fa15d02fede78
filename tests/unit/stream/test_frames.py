"""Client frames are read strictly; server frames are the contract's."""

import json

import pytest

from oms_site.stream import frames
from oms_site.stream.frames import BadFrame, Command, parse


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
    text = frames.frame(frames.prefix("orders", 'A"1'), 7, "update", '{"price":"1.10"}')
    assert json.loads(text) == {"channel": "orders", "key": 'A"1', "seq": 7, "type": "update", "data": {"price": "1.10"}}


def test_a_gap_tells_what_was_lost() -> None:
    found = json.loads(frames.gap(frames.prefix("quotes", "IBM"), 5, 9))
    assert found == {"channel": "quotes", "key": "IBM", "seq": 9, "type": "gap", "data": {"from": 5, "to": 9}}


def test_errors_and_pongs_have_no_sequence() -> None:
    assert json.loads(frames.PONG)["seq"] is None
    assert json.loads(frames.error("key_unknown", "no", "orders", "\x00"))["key"] == "\x00"
