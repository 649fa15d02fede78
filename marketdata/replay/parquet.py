"""Parquet as the same text a CSV file would hold, a few thousand rows at a time, so that one strict reading serves both."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from types import ModuleType
from typing import Any

from marketdata.replay.formats import Unreadable

ROWS = 2_048
"""Rows made into text at once."""
_SETTINGS = {"threads": 1, "memory_limit": "64MB", "autoinstall_known_extensions": False, "autoload_known_extensions": False}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = frozenset(f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "", "BIG", "HUGE")) | {"UINTEGER", "INTEGER"}


def parquet_text(descriptor: int) -> Iterator[bytes]:
    """The rows of an open file as CSV with a header. Raises `Unreadable`: no reader, damaged, or a column of a type that is not exact.

    Text, whole numbers, decimals and times in UTC are taken; binary floating point and local times are not.
    """
    duckdb = _reader()
    path = f"/proc/self/fd/{descriptor}"
    connection = duckdb.connect(":memory:", config=_SETTINGS)
    try:
        connection.execute(f"SET allowed_paths = ['{path}']")
        connection.execute("SET enable_external_access = false")
        columns = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()]  # noqa: S608 - our own descriptor
        yield _lines([[name for name, _ in columns]])
        read = [_column(name, kind) for name, kind in columns]
        rows = connection.execute(f"SELECT {', '.join(sql for sql, _ in read)} FROM read_parquet('{path}')")  # noqa: S608 - quoted names
        while batch := rows.fetchmany(ROWS):
            yield _lines([[shown(value) for (_, shown), value in zip(read, row, strict=True)] for row in batch])
    except duckdb.Error as error:
        raise Unreadable(f"cannot be read as Parquet ({str(error).splitlines()[0]}): write it anew") from None
    finally:
        connection.close()


def _reader() -> ModuleType:
    try:
        import duckdb  # noqa: PLC0415 - an extra: most installations never read Parquet
    except ImportError:
        raise Unreadable(
            "is Parquet, which needs the package duckdb: pip install -r requirements-extra.txt -c constraints.txt, or convert it to CSV"
        ) from None
    return duckdb


def _column(name: str, kind: str) -> tuple[str, Callable[[Any], str]]:
    """How a column is asked for, and how its values are written."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"epoch_us({quoted})", _moment
    if kind == "VARCHAR" or kind in _WHOLE or kind.startswith(("DECIMAL(", "ENUM(")):
        return f"CAST({quoted} AS VARCHAR)", _text
    if kind in ("FLOAT", "DOUBLE"):
        raise Unreadable(f"{name}: is stored as binary floating point, which has no exact decimals: store it as DECIMAL or text")
    if kind.startswith("TIMESTAMP"):
        raise Unreadable(f"{name}: is stored without a time zone or in nanoseconds: store it as microseconds in UTC, or as text")
    raise Unreadable(f"{name}: is stored as {kind}: store it as text, a whole number, DECIMAL, or a time in UTC")


def _text(value: str | None) -> str:
    return "" if value is None else value


def _moment(value: int | None) -> str:
    if value is None:
        return ""
    try:
        moment = _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return str(value)  # no year has four digits then: the row's own check says so
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _lines(rows: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
