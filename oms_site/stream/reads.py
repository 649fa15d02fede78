"""Short reads of PostgreSQL for sockets: a few threads for the whole process, a connection only while one runs."""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from channels.db import DatabaseSyncToAsync

from oms_site.infra.rest.rendering import dumps
from oms_site.stream.channel import Channel
from oms_site.stream.together import Together

_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="stream-reads")
_together: WeakKeyDictionary[asyncio.AbstractEventLoop, Together] = WeakKeyDictionary()
P = ParamSpec("P")
R = TypeVar("R")


async def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a blocking function, run in one of the threads."""
    result: R = await DatabaseSyncToAsync(function, thread_sensitive=False, executor=_THREADS)(*args, **kwargs)
    return result


async def snapshot(channel: Channel, key: str) -> tuple[int, str]:
    """(sequence, JSON text) of the state now. What all may see is read and encoded once for all who ask at the same moment."""
    if channel.conflated:
        return await together().get(_snapshots, channel, key)
    return (await run(_snapshots, channel, [key]))[key]


def together() -> Together:
    """The running event loop's gathered reads."""
    loop = asyncio.get_running_loop()
    if loop not in _together:
        _together[loop] = Together(run)
    return _together[loop]


async def since(channel: Channel, key: str, from_seq: int) -> list[tuple[int, str]]:
    """(sequence, JSON text) of the frames from `from_seq` on."""
    return await run(_since, channel, key, from_seq)


def _snapshots(channel: Channel, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    return {key: (seq, _text(data)) for key, (seq, data) in channel.snapshots(keys).items()}


def _since(channel: Channel, key: str, from_seq: int) -> list[tuple[int, str]]:
    assert channel.since is not None
    return [(seq, _text(data)) for seq, data in channel.since(key, from_seq)]


def _text(data: Any) -> str:
    return dumps(data).decode()
