"""Rows of four partitions brought into the order of a file, on disk, so that a day of any size needs little memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

_CACHE_KIB = 32_768
_AT_ONCE = 5_000


class Place(NamedTuple):
    """What decides where a row goes: the source's time, then the order in which it was sent.

    Rows of a replay are in the order of its file; those of other feeds in the order in which they reached the topic.
    """

    time: int
    replay: int
    part: int
    line: int
    partition: int
    offset: int


class RowSorter:
    """Takes rows in any order and gives them back in order; what it holds is gone with it."""

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("")  # a file without a name, removed by the system
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute('CREATE TABLE "rows" ("time", "replay", "part", "line", "partition", "offset", "text")')
        return self

    def add(self, rows: Iterable[tuple[Place, str]]) -> int:
        """Keep these; how many they are."""
        return self._database.executemany('INSERT INTO "rows" VALUES (?, ?, ?, ?, ?, ?, ?)', ((*at, text) for at, text in rows)).rowcount

    def texts(self) -> Iterator[str]:
        """All rows, in order."""
        found = self._database.execute('SELECT "text" FROM "rows" ORDER BY "time", "replay", "part", "line", "partition", "offset"')
        while rows := found.fetchmany(_AT_ONCE):
            yield from (text for (text,) in rows)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._database.close()
