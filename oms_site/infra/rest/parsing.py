"""Strict reading of JSON bodies and query strings. What Django REST framework lets through (`1_000`, full-width digits, NaN, doubled
keys, unknown parameters) is refused here, with the field named.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, NoReturn

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from oms_site.infra.errors import InvalidInput, OmsError

BODY_LIMIT = 64 * 1024
BULK_BODY_LIMIT = 1024 * 1024
_INT_DIGITS = 20


class BodyTooLarge(OmsError):
    """The body is larger than the endpoint takes. HTTP 413."""

    status = 413
    default_code = "too_large"


class UnsupportedBody(OmsError):
    """The body is not JSON in UTF-8. HTTP 415."""

    status = 415
    default_code = "unsupported_media_type"


class NotPlainInteger(str):
    """A JSON number that is no plain integer (1.0, 1e3, 2,000 digits), kept as text so that its field can be named when it is refused."""

    __slots__ = ()


def _integer(digits: str) -> int | NotPlainInteger:
    return int(digits) if len(digits) <= _INT_DIGITS else NotPlainInteger(digits[:_INT_DIGITS])


def _constant(word: str) -> NoReturn:
    raise InvalidInput(f"the body holds {word}, which is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(f"{doubled[:64]}: given twice", field=doubled[:64])
    return result


_DECODER = json.JSONDecoder(parse_float=NotPlainInteger, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object)


def loads(body: bytes) -> Any:
    """JSON text as values; numbers other than plain integers come as `NotPlainInteger`. Raises `InvalidInput`."""
    if not body:
        raise InvalidInput("the body is empty: send a JSON object")
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidInput("the body is not UTF-8") from None
    except RecursionError:
        raise InvalidInput("the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"the body is no JSON: {error.msg} at line {error.lineno} column {error.colno}") from None


class StrictJSONParser(BaseParser):
    """Django REST framework's parser for every endpoint; a view that takes more sets `body_limit`."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The body's value. Raises `BodyTooLarge`, `UnsupportedBody`, `InvalidInput`."""
        charset = re.search(r"charset\s*=\s*\"?([^\";\s]+)", media_type or "", re.IGNORECASE)
        if charset and charset[1].lower() not in {"utf-8", "utf8"}:
            raise UnsupportedBody("send JSON in UTF-8")
        view = (parser_context or {}).get("view")
        limit = getattr(view, "body_limit", BODY_LIMIT)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge(f"the body is larger than {limit} bytes")
        return loads(body)


def json_object(value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object, else `InvalidInput`."""
    if not isinstance(value, dict):
        raise InvalidInput("the body must be a JSON object")
    return value


def text(value: Any, field: str, *, max_length: int, pattern: re.Pattern[str] | None = None) -> str:
    """A non-empty string the database can hold: no NUL, no lone surrogate, at most `max_length` characters."""
    if not isinstance(value, str) or isinstance(value, NotPlainInteger):
        raise InvalidInput(f"{field}: must be text", field=field)
    if not 0 < len(value) <= max_length:
        raise InvalidInput(f"{field}: must have 1 to {max_length} characters", field=field)
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise InvalidInput(f"{field}: holds a character that cannot be stored", field=field)
    if pattern and not pattern.fullmatch(value):
        raise InvalidInput(f"{field}: must match {pattern.pattern}", field=field)
    return value


def choice(value: Any, field: str, words: Mapping[str, Any] | frozenset[str] | tuple[str, ...]) -> str:
    """One of the words, as they are written."""
    if not isinstance(value, str) or value not in words:
        raise InvalidInput(f"{field}: must be one of {', '.join(sorted(words))}", field=field)
    return str(value)


def whole_number(value: str, field: str, *, low: int, high: int) -> int:
    """A query parameter that is a whole number within [low, high], in ASCII digits."""
    if not re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) or not low <= int(value) <= high:
        raise InvalidInput(f"{field}: must be a whole number from {low} to {high}", field=field)
    return int(value)


def moment(value: str, field: str) -> datetime:
    """An ISO 8601 time with its zone, or a date (its first moment in UTC)."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        if not re.fullmatch(r"[0-9T:.+Z-]{16,35}", value, re.ASCII):
            raise ValueError(value)
        parsed = datetime.fromisoformat(value)
        if parsed.tzinfo is None:
            raise ValueError(value)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{field}: must be a date or an ISO 8601 time with its zone", field=field) from None


def query_params(request: Request, allowed: frozenset[str] | set[str]) -> dict[str, str]:
    """The query string as single values. An unknown, doubled or unstorable parameter raises `InvalidInput` on its name."""
    result = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            shown = name[:64].encode("ascii", "replace").decode()
            known = ", ".join(sorted(allowed)) or "none"
            raise InvalidInput(f"{shown}: unknown parameter; known: {known}", field=shown)
        if len(values) != 1:
            raise InvalidInput(f"{name}: given twice", field=name)
        result[name] = text(values[0], name, max_length=512)
    return result
