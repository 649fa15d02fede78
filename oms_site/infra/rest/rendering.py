"""How values are written: decimals as plain strings, times as ISO 8601 UTC with microseconds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, overload

import orjson
from rest_framework.renderers import BaseRenderer


@overload
def decimal_text(value: Decimal) -> str: ...
@overload
def decimal_text(value: None) -> None: ...
def decimal_text(value: Decimal | None) -> str | None:
    """Shortest plain text of a decimal: no exponent, no trailing zeros; None stays None."""
    if value is None:
        return None
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def timestamp(value: datetime | None) -> str | None:
    """`2026-11-24T15:04:05.123456Z`; None stays None."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return timestamp(value)
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")


def dumps(value: Any) -> bytes:
    """JSON text of a value that may hold decimals and times."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_PASSTHROUGH_DATETIME)


class OrjsonRenderer(BaseRenderer):
    """Django REST framework's renderer for every endpoint."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        """The answer's bytes."""
        return b"" if data is None else dumps(data)
