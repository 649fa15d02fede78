"""The strict reading of one row of a quote file. Nothing is guessed, rounded or repaired: what does not fit is refused by its field."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from schemas.enums import QuoteEvent
from schemas.messages import Quote
from schemas.units import MAX_UNITS, ONE, SCALE

COLUMNS = ("timestamp", "symbol", "bid", "ask", "bid_size", "ask_size", "last", "last_size", "event")
SOURCE = "replay"

_NUMBER = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,8}))?", re.ASCII)
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?(?:Z|\+00:00)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 40


class RowError(ValueError):
    """A row that is not taken; the message says which field and why."""


def shown(value: str) -> str:
    """A foreign value as it may appear in a message: short, printable, quoted."""
    cut = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return ascii(cut)


@lru_cache(maxsize=65_536)
def units(value: str) -> int:
    """Plain decimal text as an integer of 1e-8. Raises `RowError` for signs, exponents, separators, NaN, 9 decimals and whatever else."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise RowError(f"{shown(value)} is no plain decimal number with at most 8 decimals")
    whole, fraction = match.groups()
    number = int(whole) * ONE + int((fraction or "0").ljust(SCALE, "0"))
    if number > MAX_UNITS:
        raise RowError(f"{shown(value)} is too large")
    return number


@lru_cache(maxsize=4_096)
def _second(value: str) -> int:
    try:
        moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise RowError(f"timestamp: {shown(value)} does not exist") from None
    if moment < _EPOCH:
        raise RowError(f"timestamp: {shown(value)} is before 1970")
    return int((moment - _EPOCH).total_seconds()) * 1_000_000


def microseconds(value: str) -> int:
    """An ISO 8601 time in UTC as microseconds since the epoch. Raises `RowError`: local times and other zones are not taken."""
    match = _TIME.fullmatch(value)
    if match is None:
        raise RowError(f"timestamp: {shown(value)} is no UTC time like 2013-10-07T13:30:00.019Z")
    second, fraction = match.groups()
    return _second(second) + int((fraction or "0").ljust(6, "0"))


def _number(field: str, value: str) -> int:
    try:
        return units(value)
    except RowError as error:
        raise RowError(f"{field}: {error}") from None


def _required(field: str, value: str) -> int:
    if not value:
        raise RowError(f"{field}: is blank")
    return _number(field, value)


def _positive(field: str, value: str) -> int:
    number = _required(field, value)
    if number == 0:
        raise RowError(f"{field}: is 0 on a trade row")
    return number


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise RowError(f"quoting: {error}") from None


def text_of(line: bytes) -> str:
    """The line's text. Raises `RowError` when it is not UTF-8 or holds a NUL."""
    if b"\x00" in line:
        raise RowError("holds a NUL byte: is the file UTF-16? Save it as UTF-8")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RowError(f"byte {error.start + 1} is not UTF-8: save the file as UTF-8") from None


def column_order(header: bytes) -> Callable[[list[str]], tuple[Any, ...]]:
    """What picks `COLUMNS` out of a row, from the file's first line. Any order will do; raises `RowError` for any other set."""
    text = text_of(header.removeprefix(b"\xef\xbb\xbf"))
    names = _split(text)
    if len(names) == 1 and re.search(r"[;\t|]", text):
        raise RowError("the columns must be separated by commas")
    doubled = sorted({name for name in names if names.count(name) > 1})
    missing = [name for name in COLUMNS if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    for what, which in (("missing", missing), ("unknown", unknown), ("doubled", doubled)):
        if which:
            raise RowError(f"{what} column: {', '.join(shown(name) for name in which[:9])}; the columns are {','.join(COLUMNS)}")
    return itemgetter(*(names.index(name) for name in COLUMNS))


def parse(line: bytes, pick: Callable[[list[str]], tuple[Any, ...]]) -> Quote:
    """The quote a row says. Raises `RowError`.

    Required: timestamp, symbol, bid, ask; on a trade row (event T) last and last_size too. A bid or ask of 0 is a side without a quote.
    """
    fields = _split(text_of(line))
    if len(fields) != len(COLUMNS):
        raise RowError(f"has {len(fields)} fields instead of {len(COLUMNS)}")
    timestamp, symbol, bid, ask, bid_size, ask_size, last, last_size, event = pick(fields)
    if not symbol:
        raise RowError("symbol: is blank")
    if event not in ("Q", "T"):
        raise RowError(f"event: {shown(event)} is neither Q nor T")
    if event == QuoteEvent.TRADE.value:
        last_units, last_size_units = _positive("last", last), _positive("last_size", last_size)
    else:
        last_units = _number("last", last) if last else None  # type: ignore[assignment]
        last_size_units = _number("last_size", last_size) if last_size else None  # type: ignore[assignment]
    return Quote(
        symbol=symbol,
        bid=_required("bid", bid),
        ask=_required("ask", ask),
        bid_size=_number("bid_size", bid_size) if bid_size else None,
        ask_size=_number("ask_size", ask_size) if ask_size else None,
        last=last_units,
        last_size=last_size_units,
        event=event,
        time=microseconds(timestamp),
        source=SOURCE,
    )
