"""Messages to bytes and back: Avro bodies in the Confluent frame. The only importer of fastavro.

Two kinds of bytes: the *body* (Avro alone, what the outbox keeps) and the *value* (0x00, the schema id in four bytes, the body: what Kafka
carries). Everything fastavro lets pass and we do not is checked here: see `schemas.rules` and the errors of each function.
"""

import struct
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from operator import attrgetter
from typing import Any, TypeVar

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from schemas.errors import (
    BadHeader,
    CodecError,
    EmptyRecord,
    Malformed,
    OutOfRange,
    TooLarge,
    TrailingBytes,
    UnknownField,
    UnknownWord,
    WrongType,
)
from schemas.messages import BookLevel, BookUpdate, Conditions, Message, OrderCommand
from schemas.rules import Rules
from schemas.versions import RECORDS, latest, versions

MAX_BODY = 1_000_000
"""Bytes of the largest record: below the broker's limit of a batch."""
MAGIC = 0
HEADER = struct.Struct(">bI")

M = TypeVar("M")
_BAD_BYTES = (EOFError, LookupError, ValueError, TypeError, OverflowError, MemoryError, StopIteration, AttributeError)


class _Plan:
    """How one record is written and read: parsed schemas, checks and the way from a message to its values."""

    __slots__ = ("inner", "names", "nested", "parsed", "record", "rules", "values", "writer")

    def __init__(self, record: type) -> None:
        self.record = record
        self.rules = Rules(latest(record).definition)
        self.names = self.rules.names
        if self.names != tuple(field.name for field in fields(record)):
            raise UnknownField(f"{record.__name__}: class and newest schema differ in their fields or their order")
        self.values: Callable[[Any], tuple[Any, ...]] = attrgetter(*self.names)
        self.parsed = tuple(parse_schema(dict(version.definition)) for version in versions(record))
        self.writer = self.parsed[-1]
        self.nested = tuple(place for place, _ in self.rules.lists)
        self.inner = tuple(place for place, _, _ in self.rules.records)


_PLANS: dict[type, _Plan] = {record: _Plan(record) for record in RECORDS}
_LEVEL_RULES = Rules(latest(BookUpdate).definition["fields"][3]["type"]["items"])
_level_values = attrgetter(*_LEVEL_RULES.names)
_CONDITION_RULES = _PLANS[OrderCommand].rules.records[0][2]
_condition_values = attrgetter(*_CONDITION_RULES.names)


def current_version(record: type) -> int:
    """The version `encode` writes."""
    return len(_PLANS[record].parsed)


def encode(message: Message) -> bytes:
    """The Avro body of a message in the newest version of its record.

    Raises `UnknownField` for anything but a message class, `WrongType`, `OutOfRange`, `UnknownWord`, `TooLarge`.
    """
    plan = _PLANS.get(type(message))
    if plan is None:
        raise UnknownField(f"{type(message).__name__} is no record of a topic")
    values = plan.values(message)
    plan.rules.check(values)
    datum = dict(zip(plan.names, values, strict=True))
    for place in plan.nested:
        datum[plan.names[place]] = _levels_out(values[place], plan.names[place])
    for place in plan.inner:
        if values[place] is not None:
            datum[plan.names[place]] = _conditions_out(values[place], plan.names[place])
    buffer = BytesIO()
    try:
        schemaless_writer(buffer, plan.writer, datum, disable_tuple_notation=True)  # no datum of ours is one, and it is quicker
    except UnicodeEncodeError as error:
        raise WrongType(f"text that is no Unicode: {error.reason}") from error
    body = buffer.getvalue()
    if len(body) > MAX_BODY:
        raise TooLarge(f"{len(body)} bytes, {MAX_BODY} at most")
    return body


def decode(record: type[M], body: bytes, version: int | None = None) -> M:
    """The message of class `record` in a body written with `version` of its schema (default: the newest).

    Raises `Malformed`, `TrailingBytes`, `TooLarge`, `OutOfRange`, `UnknownWord`, and `UnknownField` for a version this program has not.
    """
    parsed = _PLANS[record].parsed
    if version is None or version == len(parsed):
        return _read(record, body, parsed[-1], None)
    if not 1 <= version <= len(parsed):
        raise UnknownField(f"{record.__name__} has no version {version} here")
    return _read(record, body, parsed[version - 1], parsed[-1])


def decode_foreign(record: type[M], body: bytes, writer: Any) -> M:
    """The message in a body written with a parsed schema that is not among our versions (a newer writer's), by Avro's resolution.

    Raises as `decode`; `Malformed` also when the schemas do not fit each other.
    """
    return _read(record, body, writer, _PLANS[record].parsed[-1])


def parse_foreign(definition: Any) -> Any:
    """A schema as the registry gave it, ready for `decode_foreign`. Raises `Malformed` where it is none."""
    try:
        return parse_schema(definition)
    except (CodecError, *_BAD_BYTES) as error:
        raise Malformed(f"not an Avro schema: {error}") from error
    except Exception as error:  # fastavro's own errors share no base below Exception
        if type(error).__module__.startswith("fastavro"):
            raise Malformed(f"not an Avro schema: {error}") from error
        raise


def frame(schema_id: int, body: bytes) -> bytes:
    """The value Kafka carries: magic byte 0, the schema id as 4 bytes big-endian, the body."""
    return HEADER.pack(MAGIC, schema_id) + body


def unframe(value: bytes | None) -> tuple[int, bytes]:
    """Schema id and body of a value. Raises `EmptyRecord` for none, `BadHeader` for a short or foreign header, `TooLarge`."""
    if not value:
        raise EmptyRecord("no value")
    if len(value) <= HEADER.size:
        raise BadHeader(f"{len(value)} bytes are too few for a header and a body")
    if len(value) > MAX_BODY + HEADER.size:
        raise TooLarge(f"{len(value)} bytes, {MAX_BODY} at most")
    magic, schema_id = HEADER.unpack_from(value)
    if magic != MAGIC:
        raise BadHeader(f"the first byte is {value[0]:#04x}, not 0x00")
    return schema_id, value[HEADER.size :]


def _read(record: type[M], body: bytes, writer: Any, reader: Any) -> M:
    if len(body) > MAX_BODY:
        raise TooLarge(f"{len(body)} bytes, {MAX_BODY} at most")
    plan = _PLANS[record]
    stream = BytesIO(body)
    try:
        datum: Any = schemaless_reader(stream, writer, reader)
    except _BAD_BYTES as error:
        raise Malformed(f"no {record.__name__}: {type(error).__name__} {error}".rstrip()) from error
    except Exception as error:  # fastavro's own errors share no base below Exception
        if type(error).__module__.startswith("fastavro"):
            raise Malformed(f"no {record.__name__}: {error}") from error
        raise
    left = len(body) - stream.tell()
    if left:
        raise TrailingBytes(f"{left} bytes after the last field of {record.__name__}")
    values = tuple(datum.values())
    if reader is not None:
        values = tuple(datum[name] for name in plan.names)
    plan.rules.check(values)
    if plan.nested or any(values[place] is not None for place in plan.inner):
        listed = list(values)
        for place in plan.nested:
            listed[place] = tuple(_level_in(level, plan.names[place]) for level in values[place])
        for place in plan.inner:
            if values[place] is not None:
                listed[place] = _conditions_in(values[place], plan.names[place])
        values = tuple(listed)
    return record(*values)


def _levels_out(levels: Any, name: str) -> list[dict[str, int]]:
    if type(levels) is not tuple:
        raise WrongType(f"expected levels, got {type(levels).__name__}", field=name)
    written = []
    for level in levels:
        if type(level) is not BookLevel:
            raise WrongType(f"expected levels, got {type(level).__name__}", field=name)
        values = _level_values(level)
        _check_level(values, name)
        written.append(dict(zip(_LEVEL_RULES.names, values, strict=True)))
    return written


def _level_in(level: dict[str, int], name: str) -> BookLevel:
    values = (level["price"], level["quantity"], level["orders"])
    _check_level(values, name)
    return BookLevel(*values)


def _conditions_out(conditions: Any, name: str) -> dict[str, Any]:
    if type(conditions) is not Conditions:
        raise WrongType(f"expected conditions, got {type(conditions).__name__}", field=name)
    values = _condition_values(conditions)
    _check_inner(values, name)
    return dict(zip(_CONDITION_RULES.names, values, strict=True))


def _conditions_in(datum: dict[str, Any], name: str) -> Conditions:
    values = tuple(datum[field] for field in _CONDITION_RULES.names)
    _check_inner(values, name)
    return Conditions(*values)


def _check_inner(values: tuple[Any, ...], name: str) -> None:
    try:
        _CONDITION_RULES.check(values)
    except (WrongType, OutOfRange, UnknownWord) as error:
        raise type(error)(str(error), field=f"{name}.{error.field}") from error


def _check_level(values: tuple[Any, ...], name: str) -> None:
    try:
        _LEVEL_RULES.check(values)
    except (WrongType, OutOfRange) as error:
        raise type(error)(str(error), field=name) from error
