"""Short reads of PostgreSQL for sockets: a few threads for the whole process, a connection only while one runs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.db import DatabaseSyncToAsync

from oms_site.infra.rest.rendering import dumps
from oms_site.stream.channel import Channel

_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="stream-reads")
P = ParamSpec("P")
R = TypeVar("R")


async def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a blocking function, run in one of the threads."""
    result: R = await DatabaseSyncToAsync(function, thread_sensitive=False, executor=_THREADS)(*args, **kwargs)
    return result


async def snapshot(channel: Channel, key: str) -> tuple[int, str]:
    """(sequence, JSON text) of the state now."""
    return await run(_snapshot, channel, key)


async def since(channel: Channel, key: str, from_seq: int) -> list[tuple[int, str]]:
    """(sequence, JSON text) of the frames from `from_seq` on."""
    return await run(_since, channel, key, from_seq)


def _snapshot(channel: Channel, key: str) -> tuple[int, str]:
    seq, data = channel.snapshot(key)
    return seq, _text(data)


def _since(channel: Channel, key: str, from_seq: int) -> list[tuple[int, str]]:
    assert channel.since is not None
    return [(seq, _text(data)) for seq, data in channel.since(key, from_seq)]


def _text(data: Any) -> str:
    return dumps(data).decode()
