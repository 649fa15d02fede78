"""The channel layer on a real Redis: who is followed in whatever process."""

import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer

from oms_site.infra.bus.processor import Frame
from oms_site.infra.layer import BatchLayer
from oms_site.infra.realtime import Publisher
from tests.eventually import eventually

pytestmark = pytest.mark.usefixtures("servers")


def other_process() -> Any:
    """A layer that shares nothing with ours but Redis."""
    ours = get_channel_layer()
    return BatchLayer(*ours._args, **ours._kwargs)


def followed() -> frozenset[str]:
    """Those of two groups that Redis knows a reader of."""

    async def ask() -> frozenset[str]:
        layer = other_process()
        found: frozenset[str] = await layer.followed(["quotes.IBM", "quotes.AIG"])
        await layer.flush()
        return found

    return asyncio.run(ask())


async def becomes(*wanted: str) -> None:
    """Wait until Redis says so: it answers a subscription after the client went on."""
    await asyncio.to_thread(eventually, lambda: followed() == frozenset(wanted), what=f"followed: {wanted}")


def test_a_group_is_followed_while_anybody_in_any_process_is_in_it() -> None:
    async def follow_and_leave() -> None:
        reader = other_process()
        await becomes()
        name = await reader.new_channel()
        await reader.group_add("quotes.IBM", name)
        await becomes("quotes.IBM")
        await reader.group_discard("quotes.IBM", name)
        await becomes()
        await reader.flush()

    asyncio.run(follow_and_leave())


def test_what_is_pushed_reaches_who_follows_it_and_is_made_for_nobody_else() -> None:
    made: list[str] = []

    def frame(key: str, seq: int) -> Frame:
        def text() -> bytes:
            made.append(key)
            return b'{"n":1}'

        return Frame("quotes", key, seq, "update", text)

    async def told() -> Any:
        reader = other_process()
        name = await reader.new_channel()
        await reader.group_add("quotes.IBM", name)
        await becomes("quotes.IBM")
        assert await asyncio.to_thread(_pushed, [frame("AIG", 7), frame("IBM", 8)])
        message = await asyncio.wait_for(reader.receive(name), 10)
        await reader.flush()
        return message

    message = asyncio.run(told())
    assert (message["key"], message["frames"]) == ("IBM", [[8, "update", '{"n":1}']])
    assert made == ["IBM"]


def _pushed(frames: list[Frame]) -> bool:
    publisher = Publisher(other_process())
    try:
        return publisher.push(frames)
    finally:
        publisher.close()
