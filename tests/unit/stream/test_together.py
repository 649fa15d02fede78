"""What many ask for at the same moment is read once; nobody is answered from before the question."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from django.db import OperationalError

from oms_site.stream.together import MOST_KEYS, Together


class Store:
    """A database whose answers wait until told, and every read of it."""

    def __init__(self) -> None:
        self.reads: list[tuple[str, list[str]]] = []
        self.version = 1
        self.answers = asyncio.Event()
        self.answers.set()
        self.together = Together(self.run)

    async def run(self, read: Any, subject: Any, keys: Collection[Any]) -> Mapping[Any, Any]:
        self.reads.append((subject, list(keys)))
        found: Mapping[Any, Any] = read(subject, keys)
        await self.answers.wait()
        return found

    def read(self, subject: Any, keys: Collection[Any]) -> dict[Any, Any]:
        return dict.fromkeys(keys, self.version)

    def ask(self, key: str, subject: str = "quotes") -> asyncio.Task[Any]:
        return asyncio.create_task(self.together.get(self.read, subject, key))

    async def begun(self, number: int) -> None:
        async with asyncio.timeout(5):
            while len(self.reads) < number:  # noqa: ASYNC110 - a condition asked with a deadline
                await asyncio.sleep(0)


@pytest.fixture
async def store() -> Store:
    return Store()


async def test_a_hundred_readers_of_twenty_symbols_are_one_read(store: Store) -> None:
    symbols = [f"S{number}" for number in range(20)]
    assert set(await asyncio.gather(*(store.ask(symbol) for _ in range(100) for symbol in symbols))) == {1}
    assert store.reads == [("quotes", symbols)]


async def test_who_asks_while_a_read_is_under_way_is_answered_by_a_later_one(store: Store) -> None:
    store.answers.clear()
    first = store.ask("X")
    await store.begun(1)
    store.version = 2
    later = [store.ask("X"), store.ask("X"), store.ask("Y")]
    await asyncio.sleep(0)
    store.answers.set()
    assert (await first, await asyncio.gather(*later)) == (1, [2, 2, 2])
    assert store.reads == [("quotes", ["X"]), ("quotes", ["X", "Y"])]


async def test_channels_are_read_apart(store: Store) -> None:
    await asyncio.gather(store.ask("X"), store.ask("X", "book"))
    assert sorted(store.reads) == [("book", ["X"]), ("quotes", ["X"])]


async def test_a_read_has_a_bounded_number_of_keys(store: Store) -> None:
    await asyncio.gather(*(store.ask(f"S{number}") for number in range(MOST_KEYS + 1)))
    assert [len(keys) for _, keys in store.reads] == [MOST_KEYS, 1]


async def test_one_who_is_gone_takes_the_answer_from_nobody(store: Store) -> None:
    store.answers.clear()
    gone, there = store.ask("X"), store.ask("X")
    await store.begun(1)
    gone.cancel()
    store.answers.set()
    assert await there == 1


async def test_a_key_that_cannot_be_read_fails_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(subject: Any, keys: Collection[Any]) -> dict[Any, Any]:
        return {key: 1 // (key != "BAD") for key in keys}

    monkeypatch.setattr(store, "read", broken)
    got = await asyncio.gather(store.ask("X"), store.ask("BAD"), store.ask("Y"), return_exceptions=True)
    assert [got[0], type(got[1]), got[2]] == [1, ZeroDivisionError, 1]


async def test_a_database_that_does_not_answer_is_asked_once_for_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(subject: Any, keys: Collection[Any]) -> dict[Any, Any]:
        raise OperationalError("the database is away")

    monkeypatch.setattr(store, "read", away)
    got = await asyncio.gather(store.ask("X"), store.ask("Y"), return_exceptions=True)
    assert [type(found) for found in got] == [OperationalError, OperationalError]
    assert len(store.reads) == 1
