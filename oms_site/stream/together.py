"""Reads that many sockets want at the same moment, made as one: any number of readers and keys cost a handful of queries.

A wish never joins a read that is under way: that one may have looked before the wisher was ready for what it finds (who follows joins
first and reads second). It waits for the next, together with all who come meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError

MOST_KEYS = 200
"""In one read; the rest is in the next."""
Read = Callable[[Any, Collection[Any]], Mapping[Any, Any]]
"""A blocking function of a subject and keys: what it found for each."""
Run = Callable[..., Awaitable[Mapping[Any, Any]]]
"""Runs a blocking function elsewhere."""
_Wishes = dict[Hashable, asyncio.Future[Any]]


class Together:
    """The gathered reads of one event loop: for each (function, subject) one read at a time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._wishes: dict[tuple[Read, Hashable], _Wishes] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def get(self, read: Read, subject: Hashable, key: Hashable) -> Any:
        """What `read` finds for a key, as of some moment after this call. Raises what it does."""
        lane = (read, subject)
        if lane not in self._wishes:
            self._wishes[lane] = {}
            task = asyncio.create_task(self._read(read, subject))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        found = self._wishes[lane].setdefault(key, asyncio.get_running_loop().create_future())
        return await asyncio.shield(found)  # one who is gone takes it from nobody else

    async def _read(self, read: Read, subject: Hashable) -> None:
        wishes = self._wishes[read, subject]
        while wishes:
            taken = {key: wishes.pop(key) for key in list(islice(wishes, MOST_KEYS))}
            await self._answer(read, subject, taken)
        del self._wishes[read, subject]

    async def _answer(self, read: Read, subject: Hashable, taken: _Wishes) -> None:
        try:
            found = await self._run(read, subject, list(taken))
            answers = [found[key] for key in taken]
        except Exception as error:  # noqa: BLE001 - it is raised where the key was asked for
            if len(taken) > 1 and not isinstance(error, OperationalError | InterfaceError):
                for key, future in taken.items():  # the one key that cannot be read fails alone
                    await self._answer(read, subject, {key: future})
                return
            for future in taken.values():
                future.set_exception(error)
                future.exception()  # who asked may be gone: then nobody needs to hear of it
        else:
            for future, answer in zip(taken.values(), answers, strict=True):
                future.set_result(answer)
