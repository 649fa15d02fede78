"""Avro bytes of the records and back. The only importer of fastavro, and stricter than it.

fastavro alone lets pass what must not: unknown keys, booleans as numbers, trailing bytes, a header left on, over-wide numbers. A record is checked
before it is written and after it was read, by the same table of rules.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from operator import attrgetter
from pathlib import Path
from typing import Any

import fastavro
from fastavro.schema import SchemaParseException

from schemas import enums
from schemas.errors import Invalid, Malformed, Unencodable
from schemas.messages import BookLevel, BookUpdate, Execution, Message, OrderCommand, Quote, Trade
from schemas.units import MAX_UNITS

FOLDER = Path(__file__).parent / "avro"
_FILES: dict[type, str] = {
    Quote: "quote",
    OrderCommand: "order_command",
    Execution: "execution",
    Trade: "trade",
    BookUpdate: "book_update",
}


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema as text for the registry and as fastavro reads it."""

    text: str
    parsed: Any


def parse(text: str) -> Schema:
    """A schema from its JSON text. Raises `Malformed` when it is none."""
    try:
        # each schema gets a namespace of its own, so that versions of one record do not meet
        return Schema(text, fastavro.parse_schema(json.loads(text), named_schemas={}))
    except (SchemaParseException, ValueError, KeyError) as error:
        raise Malformed(f"no Avro schema: {error}") from None


@cache
def versions(record: type) -> tuple[Schema, ...]:
    """All released versions of a record's schema, oldest first; the last is the one that is written."""
    found = sorted(FOLDER.glob(f"{_FILES[record]}.v*.avsc"), key=lambda path: int(path.suffixes[0][2:]))
    return tuple(parse(path.read_text(encoding="utf-8")) for path in found)


def encode(message: Message) -> bytes:
    """The Avro body of a message in its newest version. Raises `Unencodable` on the first field that must not be written."""
    return _writer(type(message))(message)


def decode(record: type, body: bytes, writer: Schema | None = None) -> Any:
    """The message in a body written with `writer` (None: the newest version). Raises `Malformed` or `Invalid`."""
    newest = versions(record)[-1]
    if body[:1] == b"\x00":  # every record starts with a word that is never empty
        raise Malformed("the body starts with an empty word: the registry header was left on")
    stream = BytesIO(body)
    try:
        if writer is None or writer.text == newest.text:
            values = fastavro.schemaless_reader(stream, newest.parsed, None)
        else:
            values = fastavro.schemaless_reader(stream, writer.parsed, newest.parsed)
    except (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError, fastavro.read.SchemaResolutionError) as error:
        raise Malformed(f"no {record.__name__}: {type(error).__name__}") from None
    if stream.tell() != len(body):
        raise Malformed(f"{len(body) - stream.tell()} bytes after the end of the {record.__name__}")
    return _reader(record)(values)


# -- rules ---------------------------------------------------------------------------------------------------------

_NUMBER, _WORD, _TEXT, _LEVELS, _NUMBERS = "number", "word", "text", "levels", "numbers"

_POSITIVE = frozenset({"quantity", "price", "last_quantity", "last_price", "requested_quantity", "requested_price"})
_NOT_NEGATIVE = frozenset(
    {"bid", "ask", "bid_size", "ask_size", "last", "last_size", "cum_quantity", "leaves_quantity", "seq", "command_id", "time", "orders"}
)
_WORDS: dict[tuple[type, str], frozenset[str]] = {
    (Quote, "event"): frozenset(enums.QuoteEvent),
    (OrderCommand, "command"): frozenset(enums.CommandType),
    (OrderCommand, "side"): frozenset(enums.Side),
    (OrderCommand, "type"): frozenset(enums.OrderType),
    (OrderCommand, "tif"): frozenset(enums.TimeInForce),
    (Execution, "type"): frozenset(enums.ExecType),
    (Execution, "side"): frozenset(enums.Side),
    (Execution, "order_type"): frozenset(enums.OrderType),
    (Execution, "tif"): frozenset(enums.TimeInForce),
    (Execution, "liquidity"): frozenset(enums.Liquidity),
    (Trade, "maker_side"): frozenset(enums.Side),
    (BookUpdate, "type"): frozenset(enums.BookType),
}
_MAY_BE_EMPTY = frozenset({(OrderCommand, name) for name in ("id", "account", "symbol", "user")} | {(Quote, "source")})
_LEVEL_FIELDS = ("price", "quantity", "orders")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one field may hold."""

    name: str
    kind: str
    optional: bool
    low: int
    words: frozenset[str]
    empty: bool

    def fault(self, value: Any) -> str | None:
        """Why the value may not stand here, None when it may."""
        if value is None:
            return None if self.optional else "missing"
        if self.kind == _NUMBER:
            if type(value) is not int:
                return f"must be an integer, is {type(value).__name__}"
            return None if self.low <= value <= MAX_UNITS else f"{value} is out of range"
        if self.kind == _WORD:
            return None if value in self.words else f"{str(value)[:40]!r} is not one of {', '.join(sorted(self.words))}"
        if self.kind == _TEXT:
            if not isinstance(value, str):
                return f"must be text, is {type(value).__name__}"
            return None if value or self.empty else "is empty"
        if self.kind == _NUMBERS:
            wrong = [name for name, number in value.items() if type(number) is not int or not -MAX_UNITS <= number <= MAX_UNITS]
            return f"{wrong[0]} must be an integer of 64 bits" if wrong else None
        return _levels_fault(value)


def _levels_fault(levels: tuple[BookLevel, ...]) -> str | None:
    for level in levels:
        for name, low in zip(_LEVEL_FIELDS, (1, 0, 0), strict=True):
            number = getattr(level, name)
            if type(number) is not int or not low <= number <= MAX_UNITS:
                return f"{name} {number!r} is out of range"
    return None


def _rule(record: type, field: dict[str, Any]) -> _Rule:
    name, avro = field["name"], field["type"]
    optional = isinstance(avro, list)
    inner = next(part for part in avro if part != "null") if optional else avro
    words = _WORDS.get((record, name), frozenset())
    if isinstance(inner, dict):
        kind = _NUMBERS if inner["type"] == "map" else _LEVELS
    else:
        kind = _NUMBER if inner == "long" else _WORD if words else _TEXT
    low = 1 if name in _POSITIVE else 0 if name in _NOT_NEGATIVE else -MAX_UNITS
    return _Rule(name, kind, optional, low, words, (record, name) in _MAY_BE_EMPTY)


@cache
def _rules(record: type) -> tuple[_Rule, ...]:
    return tuple(_rule(record, field) for field in json.loads(versions(record)[-1].text)["fields"])


def _fault(record: type, values: tuple[Any, ...]) -> str | None:
    """The first field that may not hold what it holds, in words."""
    for rule, value in zip(_rules(record), values, strict=True):
        if (fault := rule.fault(value)) is not None:
            return f"{rule.name}: {fault}"
    return None


@cache
def _writer(record: type) -> Callable[[Any], bytes]:
    if record not in _FILES:
        raise Unencodable(f"{record.__name__} is no record of any topic")
    names = tuple(rule.name for rule in _rules(record))
    parsed, values_of = versions(record)[-1].parsed, attrgetter(*names)
    check = _quick_check(record)
    write = fastavro.schemaless_writer

    def encode_one(message: Any) -> bytes:
        values = values_of(message)
        if not check(values):
            raise Unencodable(f"{record.__name__}.{_fault(record, values)}")
        stream = BytesIO()
        write(stream, parsed, dict(zip(names, values, strict=True)))
        return stream.getvalue()

    def encode_book(message: BookUpdate) -> bytes:
        values = values_of(message)
        if not check(values):
            raise Unencodable(f"{record.__name__}.{_fault(record, values)}")
        fields = dict(zip(names, values, strict=True))
        for side in ("bids", "asks"):
            fields[side] = [{"price": level.price, "quantity": level.quantity, "orders": level.orders} for level in fields[side]]
        stream = BytesIO()
        write(stream, parsed, fields)
        return stream.getvalue()

    return encode_book if record is BookUpdate else encode_one


@cache
def _reader(record: type) -> Callable[[dict[str, Any]], Any]:
    values_of, check = attrgetter(*(rule.name for rule in _rules(record))), _quick_check(record)

    def build(fields: dict[str, Any]) -> Any:
        if record is BookUpdate:
            for side in ("bids", "asks"):
                fields[side] = tuple(BookLevel(**level) for level in fields[side])
        message = record(**fields)
        values = values_of(message)
        if not check(values):
            raise Invalid(f"{record.__name__}.{_fault(record, values)}")
        return message

    return build


@cache
def _quick_check(record: type) -> Callable[[tuple[Any, ...]], bool]:
    """A check of all fields at once: the same rules as `_fault`, compiled into one expression, since every record passes here twice."""
    parts, scope = [], {"MAX": MAX_UNITS, "levels_fault": _levels_fault, "rules": {rule.name: rule for rule in _rules(record)}}
    names = [f"v{index}" for index in range(len(_rules(record)))]
    for name, rule in zip(names, _rules(record), strict=True):
        if rule.kind == _NUMBER:
            test = f"(type({name}) is int and {rule.low} <= {name} <= MAX)"
        elif rule.kind == _WORD:
            scope[f"words_{name}"] = rule.words
            test = f"{name} in words_{name}"
        elif rule.kind == _TEXT:
            test = f"(isinstance({name}, str){'' if rule.empty else f' and {name} != ' + repr('')})"
        else:
            test = f"rules[{rule.name!r}].fault({name}) is None"
        parts.append(f"({name} is None or {test})" if rule.optional else test)
    source = f"lambda values: (lambda {', '.join(names)}: {' and '.join(parts)})(*values)"
    compiled: Callable[[tuple[Any, ...]], bool] = eval(source, scope)  # noqa: S307 - built from our own schemas, no input in it
    return compiled
