"""Fan-out: one encoding a message however many readers, and one slow reader costs the others nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from oms_site.infra.realtime import MESSAGE_TYPE, group_name
from oms_site.stream import frames, hub
from oms_site.stream.channel import Channel, Scope
from oms_site.stream.follower import Follower
from oms_site.stream.hub import Hub
from oms_site.stream.outbox import CONGESTED_FRAMES, MOST_FRAMES
from oms_site.stream.socket import TOO_SLOW, Socket
from tests.unit.stream.wire import texts

READERS = 50


class Layer:
    """A channel layer in memory: what is put reaches the hub while it is in the group."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def new_channel(self) -> str:
        return "one"

    async def group_add(self, group: str, channel: str) -> None:
        self.groups.add(group)

    async def group_discard(self, group: str, channel: str) -> None:
        self.groups.discard(group)

    async def receive(self, channel: str) -> dict[str, Any]:
        return await self.queue.get()

    def put(self, channel: str, key: str, *seqs: int) -> None:
        if group_name(channel, key) in self.groups:
            message = {"type": MESSAGE_TYPE, "channel": channel, "key": key, "frames": [(seq, "update", '{"n":1}') for seq in seqs]}
            self.queue.put_nowait(message)


class Reader:
    """A socket and what reached its client; `open` is its tap."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.code: int | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.socket = Socket(self.send)

    async def send(self, message: dict[str, Any]) -> None:
        await self.open.wait()
        self.sent += message.get("frames", [])
        self.code = message.get("code", self.code)

    @property
    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in map(json.loads, texts(self.sent)) if frame["type"] == "update"]


MARKET = Channel("quotes", Scope.SYMBOL, lambda keys: dict.fromkeys(keys, (0, None)), lambda keys: {})
PRIVATE = Channel("orders", Scope.ACCOUNT, lambda keys: dict.fromkeys(keys, (0, [])), lambda keys: {}, lambda key, seq: [])


@pytest.fixture
async def layer() -> Layer:
    return Layer()


@pytest.fixture
async def readers(layer: Layer) -> AsyncIterator[tuple[Hub, list[Reader]]]:
    made = Hub(layer)
    listening = asyncio.create_task(made.listen())
    found = [Reader() for _ in range(READERS)]
    yield made, found
    for reader in found:
        reader.socket.stop()
    listening.cancel()


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a condition asked with a deadline
            await asyncio.sleep(0.001)


async def follow(fan: Hub, found: list[Reader], channel: Channel) -> None:
    followers = [Follower(channel, "X") for _ in found]
    for reader, follower in zip(found, followers, strict=True):
        await fan.join(reader.socket, follower)
    await until(lambda: not any(follower.loading for follower in followers) and all(reader.sent for reader in found))


async def test_a_message_is_encoded_once_however_many_readers(layer: Layer, readers: tuple[Hub, list[Reader]]) -> None:
    fan, found = readers
    await follow(fan, found, MARKET)
    with ExitStack() as counting:
        encoded = counting.enter_context(patch.object(frames, "frame", wraps=frames.frame))
        wired = counting.enter_context(patch.object(frames, "wire", wraps=frames.wire))
        for seq in range(1, 11):
            layer.put("quotes", "X", seq)
        await until(lambda: all(len(reader.sent) == 11 for reader in found))
    assert (encoded.call_count, wired.call_count) == (10, 10)
    for place in range(1, 11):
        assert len({id(reader.sent[place]) for reader in found}) == 1, "all readers hold the same bytes"


async def test_each_reader_gets_each_frame_once_and_in_order(layer: Layer, readers: tuple[Hub, list[Reader]]) -> None:
    fan, found = readers
    await follow(fan, found, PRIVATE)
    for seq in range(1, 1_001, 10):
        layer.put("orders", "X", *range(seq, seq + 10))
    await until(lambda: all(len(reader.sent) == 1_001 for reader in found))
    assert found[0].seqs == list(range(1, 1_001))
    assert all(reader.sent == found[0].sent for reader in found)


@pytest.mark.parametrize("channel", [MARKET, PRIVATE], ids=["market", "private"])
async def test_readers_who_stop_cost_bounded_memory_and_the_others_nothing(
    layer: Layer, readers: tuple[Hub, list[Reader]], channel: Channel
) -> None:
    fan, found = readers
    await follow(fan, found, channel)
    stopped, others = found[: READERS // 10], found[READERS // 10 :]
    for reader in stopped:
        reader.open.clear()
    total = MOST_FRAMES + 200
    for seq in range(1, total + 1):
        layer.put(channel.name, "X", seq)
        if seq % 50 == 0:
            await until(lambda seq=seq: all(len(reader.sent) == seq + 1 for reader in others))
    await until(lambda: all(len(reader.sent) == total + 1 for reader in others))
    assert others[0].seqs == list(range(1, total + 1))
    assert all(reader.sent == others[0].sent for reader in others)
    if channel is MARKET:
        assert all(len(reader.socket.outbox) <= CONGESTED_FRAMES for reader in stopped)
    else:
        assert all(reader.socket.outbox.close_code == TOO_SLOW and not len(reader.socket.outbox) for reader in stopped)


async def test_a_group_is_joined_once_and_left_with_the_last_reader(layer: Layer, readers: tuple[Hub, list[Reader]]) -> None:
    fan, found = readers
    await follow(fan, found, MARKET)
    assert layer.groups == {"quotes.X"}
    for reader in found[1:]:
        await fan.leave_all(reader.socket)
    assert layer.groups == {"quotes.X"}
    await fan.leave_all(found[0].socket)
    assert layer.groups == set()


async def test_a_join_that_failed_is_made_good(layer: Layer, readers: tuple[Hub, list[Reader]], monkeypatch: pytest.MonkeyPatch) -> None:
    fan, found = readers

    async def down(group: str, channel: str) -> None:
        raise ConnectionError("Redis is away")

    with monkeypatch.context() as away:
        away.setattr(layer, "group_add", down)
        await follow(fan, found[:1], MARKET)
    assert fan.unsettled() == [("quotes", "X")]
    await fan.settle(("quotes", "X"))
    layer.put("quotes", "X", 1)
    await until(lambda: found[0].seqs == [1])
    assert hub.group_name("quotes", "X") in layer.groups
