"""One line of input as a JSON object, strictly: what Python's reader lets through beyond RFC 8259, or cannot keep exact, is refused."""

import codecs
import json
from typing import Any, NoReturn


class Malformed(ValueError):
    """The line is not one the command takes: the run ends at it."""


class Number(str):
    """A JSON number as it was written, so that it stays exact and differs from a text."""

    __slots__ = ()


def _constant(word: str) -> NoReturn:
    raise Malformed(f"{word} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"{ascii(doubled)[:64]} is given twice")
    return fields


_decode = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_constant, object_pairs_hook=_object).raw_decode


def fields_of(line: bytes) -> dict[str, Any]:
    """The fields of the object that is the whole of `line`, which has no blanks around it. Numbers come as `Number`.

    Raises `Malformed`: no UTF-8, no JSON, no object, a doubled key, half of a surrogate pair, too deep.
    """
    try:
        text = line.decode()
        fields, end = _decode(text)
    except json.JSONDecodeError as error:
        marked = ", a byte order mark" if line.startswith(codecs.BOM_UTF8) else ""
        raise Malformed(f"no JSON: {error.msg} at column {error.pos + 1}{marked}") from None
    except UnicodeDecodeError as error:
        raise Malformed(f"no UTF-8 at byte {error.start + 1}") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    if end != len(text):
        raise Malformed(f"no JSON: something follows the value at column {end + 1}")
    if type(fields) is not dict:
        raise Malformed("not an object")
    if "\\" in text:
        _check_surrogates(fields)
    return fields


def _check_surrogates(fields: dict[str, Any]) -> None:
    """Only an escape can make half of a pair, and half of a pair cannot be written as UTF-8."""
    for value in fields.values():
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Malformed(f"{ascii(value)[:64]} holds half of a surrogate pair") from None
