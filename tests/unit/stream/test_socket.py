"""A socket loads what was asked for, repairs what was lost, and cuts a reader who stops."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest

from oms_site.stream import frames, socket
from oms_site.stream.channel import Channel, Scope
from oms_site.stream.follower import Follower
from oms_site.stream.outbox import CONGESTED_FRAMES, MOST_FRAMES
from oms_site.stream.socket import Socket
from tests.unit.stream.wire import texts


class Store:
    """What PostgreSQL would hold of one key: frames 1 to `head`."""

    def __init__(self, head: int = 0, oldest: int = 1) -> None:
        self.head, self.oldest = head, oldest
        self.reads = 0

    def snapshots(self, keys: Collection[str]) -> dict[str, tuple[int, Any]]:
        self.reads += 1
        return dict.fromkeys(keys, (self.head, {"upto": self.head}))

    def since(self, key: str, from_seq: int) -> list[tuple[int, Any]]:
        return [(seq, {"n": seq}) for seq in range(max(from_seq, self.oldest), self.head + 1)][:100]

    def private(self) -> Channel:
        return Channel("orders", Scope.ACCOUNT, self.snapshots, lambda keys: dict.fromkeys(keys, self.head), self.since)

    def market(self) -> Channel:
        return Channel("quotes", Scope.SYMBOL, self.snapshots, lambda keys: {})


class Wire:
    """The client's end: what was sent, and a tap that can be closed."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.open.wait()
        self.sent.append(message)

    @property
    def frames(self) -> list[tuple[int, str]]:
        told = [json.loads(text) for text in texts(frame for message in self.sent for frame in message.get("frames", ()))]
        return [(frame["seq"], frame["type"]) for frame in told]

    @property
    def code(self) -> int | None:
        return self.sent[-1].get("code") if self.sent else None


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[Socket]:
    made = Socket(wire.send)
    yield made
    made.stop()


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - a condition asked with a deadline
            await asyncio.sleep(0.001)


def subscribe(client: Socket, channel: Channel, from_seq: int | None = None, key: str = "X") -> Follower:
    follower = Follower(channel, key, from_seq)
    client.followers[channel.name, key] = follower
    client.load(follower)
    return follower


def push(client: Socket, follower: Follower, *seqs: int) -> None:
    client.offer(follower, [(seq, frames.frame(follower.start, seq, "update", "{}")) for seq in seqs])


async def test_a_subscribe_is_answered_by_a_snapshot_and_followed(client: Socket, wire: Wire) -> None:
    follower = subscribe(client, Store(5).private())
    await until(lambda: not follower.loading)
    push(client, follower, 5, 6, 7)
    await until(lambda: len(wire.frames) == 3)
    assert wire.frames == [(5, "snapshot"), (6, "update"), (7, "update")]


async def test_market_snapshots_of_many_sockets_are_read_together(wire: Wire) -> None:
    store = Store(5)
    channel, clients = store.market(), [Socket(wire.send) for _ in range(100)]
    for client in clients:
        for number in range(20):
            subscribe(client, channel, key=f"S{number}")
    await until(lambda: len(wire.frames) == 2_000)
    assert set(wire.frames) == {(5, "snapshot")}
    assert store.reads <= 4, "twenty symbols of a hundred sockets are a handful of reads"
    for client in clients:
        client.stop()


async def test_a_resume_brings_every_frame_from_the_one_wanted(client: Socket, wire: Wire) -> None:
    follower = subscribe(client, Store(250).private(), from_seq=3)
    await until(lambda: not follower.loading)
    await until(lambda: len(wire.frames) == 248)
    assert [seq for seq, _ in wire.frames] == list(range(3, 251))


async def test_a_resume_from_the_frame_after_the_newest_is_answered_by_a_snapshot(client: Socket, wire: Wire) -> None:
    follower = subscribe(client, Store(5).private(), from_seq=6)
    await until(lambda: not follower.loading)
    push(client, follower, 6)
    await until(lambda: len(wire.frames) == 2)
    assert wire.frames == [(5, "snapshot"), (6, "update")]


async def test_a_resume_from_beyond_is_refused(client: Socket, wire: Wire) -> None:
    subscribe(client, Store(5).private(), from_seq=7)
    await until(lambda: wire.frames)
    assert wire.frames == [(None, "error")]
    assert not client.followers


async def test_a_resume_from_before_what_is_kept_tells_the_gap_and_starts_from_a_snapshot(client: Socket, wire: Wire) -> None:
    follower = subscribe(client, Store(9, oldest=5).private(), from_seq=2)
    await until(lambda: not follower.loading)
    await until(lambda: len(wire.frames) == 2)
    assert wire.frames == [(4, "gap"), (9, "snapshot")]


@pytest.mark.parametrize(("from_seq", "first"), [(11, (11, "update")), (10, (60, "gap")), (1, (60, "gap"))])
async def test_a_resume_replays_a_bounded_number_of_frames(
    client: Socket, wire: Wire, monkeypatch: pytest.MonkeyPatch, from_seq: int, first: tuple[int, str]
) -> None:
    monkeypatch.setattr(socket, "REPLAYED_FRAMES", 50)
    follower = subscribe(client, Store(60).private(), from_seq=from_seq)
    await until(lambda: not follower.loading)
    push(client, follower, 61)
    await until(lambda: wire.frames[-1] == (61, "update"))
    assert wire.frames[0] == first
    assert len(wire.frames) == (51 if first[1] == "update" else 3)
    if first[1] == "gap":
        assert wire.frames[1] == (60, "snapshot")


async def test_a_reader_who_is_connected_gets_every_private_frame_however_many_were_lost(
    client: Socket, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "REPLAYED_FRAMES", 50)
    store = Store(0)
    follower = subscribe(client, store.private())
    await until(lambda: not follower.loading)
    store.head = 500
    client.missed(follower, 500)
    await until(lambda: len(wire.frames) == 501)
    assert wire.frames[1:] == [(seq, "update") for seq in range(1, 501)]


async def test_a_lost_private_frame_is_fetched_before_its_successor(client: Socket, wire: Wire) -> None:
    store = Store(5)
    follower = subscribe(client, store.private())
    await until(lambda: not follower.loading)
    store.head = 8
    push(client, follower, 8)
    await until(lambda: not follower.loading)
    push(client, follower, 9)
    await until(lambda: len(wire.frames) == 5)
    assert wire.frames == [(5, "snapshot"), (6, "update"), (7, "update"), (8, "update"), (9, "update")]


async def test_a_lost_market_frame_is_told_and_followed_by_a_snapshot(client: Socket, wire: Wire) -> None:
    store = Store(5)
    follower = subscribe(client, store.market())
    await until(lambda: not follower.loading)
    store.head = 8
    push(client, follower, 8)
    await until(lambda: not follower.loading)
    await until(lambda: len(wire.frames) == 3)
    assert wire.frames == [(5, "snapshot"), (8, "gap"), (8, "snapshot")]


async def test_what_arrives_while_the_snapshot_is_read_is_neither_lost_nor_doubled(client: Socket, wire: Wire) -> None:
    store = Store(5)
    follower = subscribe(client, store.private())
    store.head = 7
    push(client, follower, 6)
    push(client, follower, 7)
    await until(lambda: not follower.loading)
    push(client, follower, 8)
    await until(lambda: wire.frames and wire.frames[-1][0] == 8)
    updates = [seq for seq, kind in wire.frames if kind == "update"]
    assert updates == list(range(wire.frames[0][0] + 1, 9))


async def test_market_data_waits_for_a_reader_who_is_behind(client: Socket, wire: Wire) -> None:
    store = Store(0)
    follower = subscribe(client, store.market())
    await until(lambda: wire.frames == [(0, "snapshot")])
    wire.open.clear()
    store.head = 10 * CONGESTED_FRAMES
    for seq in range(1, store.head + 1):
        push(client, follower, seq)
    assert len(client.outbox) <= CONGESTED_FRAMES
    wire.open.set()
    await until(lambda: wire.frames[-1] == (store.head, "snapshot"))
    assert client.outbox.close_code is None


async def test_a_reader_who_does_not_take_private_frames_is_cut(client: Socket, wire: Wire) -> None:
    follower = subscribe(client, Store(0).private())
    await until(lambda: not follower.loading)
    wire.open.clear()
    for seq in range(1, MOST_FRAMES + 3):
        push(client, follower, seq)
    wire.open.set()
    await until(lambda: wire.code == socket.TOO_SLOW)


async def test_an_account_no_longer_seen_is_told_and_ended(client: Socket, wire: Wire) -> None:
    subscribe(client, Store(5).private())
    await until(lambda: wire.frames)
    assert client.revoke(frozenset({"X"}), desk=False) == []
    assert len(client.revoke(frozenset(), desk=True)) == 1
    await until(lambda: wire.frames[-1] == (None, "error"))
    assert not client.followers


async def test_an_ended_subscription_gets_nothing_that_was_being_loaded(client: Socket, wire: Wire) -> None:
    subscribe(client, Store(5).private())
    client.followers.clear()
    client.tell(frames.PONG)
    await until(lambda: wire.frames)
    assert wire.frames == [(None, "pong")]
