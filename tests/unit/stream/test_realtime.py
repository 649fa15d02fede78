"""One group message for each (channel, key) of a batch, in order; a push that fails never reaches the projection."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from oms_site.infra.bus.processor import Frame
from oms_site.infra.realtime import Publisher, by_group, group_name, messages


class FakeLayer:
    """Keeps what is sent, or fails. Nobody follows a group of `deserted`."""

    def __init__(self, error: Exception | None = None, deserted: Collection[str] = ()) -> None:
        self.error, self.deserted, self.sent, self.flushed = error, deserted, [], 0

    async def followed(self, groups: Collection[str]) -> frozenset[str]:
        if self.error:
            raise self.error
        return frozenset(groups) - frozenset(self.deserted)

    async def group_send_all(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        if self.error:
            raise self.error
        self.sent += messages

    async def flush(self) -> None:
        self.flushed += 1


def frame(channel: str, key: str, seq: int) -> Frame:
    return Frame(channel, key, seq, "update", lambda: b'{"n":%d}' % seq)


def test_a_batch_is_gathered_by_group_in_order() -> None:
    found = by_group([frame("orders", "A", 1), frame("quotes", "IBM", 9), frame("orders", "A", 2)])
    assert {group: [one.seq for one in frames] for group, frames in found.items()} == {"orders.A": [1, 2], "quotes.IBM": [9]}
    (message,) = messages(found["orders.A"])
    assert (message["channel"], message["key"]) == ("orders", "A")
    assert message["frames"] == [(1, "update", '{"n":1}'), (2, "update", '{"n":2}')]


def test_very_many_frames_of_one_key_become_several_messages_in_order() -> None:
    found = list(messages([frame("orders", "A", seq) for seq in range(1_200)]))
    assert [seq for message in found for seq, _, _ in message["frames"]] == list(range(1_200))
    assert len(found) == 3


@pytest.mark.parametrize("key", ["IBM", "BRK.B", "EUR/USD", "ä", "x" * 300, "a\x00b", "_"])
def test_every_key_has_a_group_name_of_its_own_that_channels_takes(key: str) -> None:
    name = group_name("executions", key)
    assert len(name) < 100
    assert all(char.isascii() and (char.isalnum() or char in "-_.") for char in name)


def test_no_two_keys_share_a_group() -> None:
    keys = ["A", "A.", "A/", "A_", "a", "A ", "A\x00"]
    assert len({group_name("orders", key) for key in keys}) == len(keys)


def test_a_push_reaches_the_layer() -> None:
    layer = FakeLayer()
    publisher = Publisher(layer)
    assert publisher.push([frame("quotes", "IBM", 1)])
    assert [group for group, _ in layer.sent] == ["quotes.IBM"]
    publisher.close()


def test_what_nobody_follows_is_neither_made_nor_sent() -> None:
    def never() -> bytes:
        raise AssertionError("made for nobody")

    layer = FakeLayer(deserted=["candles.IBM"])
    publisher = Publisher(layer)
    assert publisher.push([Frame("candles", "IBM", 1, "update", never), frame("quotes", "IBM", 1)])
    assert [group for group, _ in layer.sent] == ["quotes.IBM"]
    assert publisher.push([Frame("candles", "IBM", 2, "update", never)])
    assert len(layer.sent) == 1
    publisher.close()


def test_a_layer_that_fails_is_left_alone_for_a_while_and_nothing_is_raised() -> None:
    layer = FakeLayer(ConnectionError("down"))
    publisher = Publisher(layer)
    assert not publisher.push([frame("quotes", "IBM", 1)])
    layer.error = None
    assert not publisher.push([frame("quotes", "IBM", 2)])
    assert layer.sent == []
    assert layer.flushed == 1
    publisher.close()
