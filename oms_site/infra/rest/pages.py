"""Keyset pages: stable while rows arrive, as fast on the last page as on the first."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.request import Request

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest.parsing import whole_number

DEFAULT_SIZE = 100
MAX_SIZE = 500
M = TypeVar("M", bound=Model)
PAGE_PARAMS = frozenset({"page_size", "cursor"})
_NO_CURSOR = "cursor: take it from 'next' of the page before"


def page(
    request: Request,
    queryset: QuerySet[M],
    serialize: Callable[[M], Mapping[str, Any]],
    params: Mapping[str, str],
    *,
    key: str = "pk",
    descending: bool = True,
) -> dict[str, Any]:
    """`{"results": […], "next": url | null}`, ordered by the unique column `key`, newest first unless `descending` is off.

    `params` are the request's checked parameters (`query_params` with `PAGE_PARAMS`). Raises `InvalidInput` on `cursor` or `page_size`.
    """
    size = whole_number(params.get("page_size", str(DEFAULT_SIZE)), "page_size", low=1, high=MAX_SIZE)
    if "cursor" in params:
        after = _decode(params["cursor"], queryset, key)
        queryset = queryset.filter(**{f"{key}__{'lt' if descending else 'gt'}": after})
    rows = list(queryset.order_by(f"-{key}" if descending else key)[: size + 1])
    following = None
    if len(rows) > size:
        rows.pop()
        following = following_url(request, getattr(rows[-1], key))
    return {"results": [serialize(row) for row in rows], "next": following}


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(str(value).encode()).decode().rstrip("=")


def cursor_read(cursor: str) -> str:
    """The text of the key in a cursor. Raises `InvalidInput`."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise InvalidInput(_NO_CURSOR, field="cursor") from None
    if "\x00" in raw or _encode(raw) != cursor:
        raise InvalidInput(_NO_CURSOR, field="cursor")
    return raw


def _decode(cursor: str, queryset: QuerySet[Any], key: str) -> Any:
    raw = cursor_read(cursor)
    try:
        field = queryset.model._meta.pk if key == "pk" else queryset.model._meta.get_field(key)
        return field.to_python(raw)
    except (ValueError, ValidationError):
        raise InvalidInput(_NO_CURSOR, field="cursor") from None


def following_url(request: Request, key: Any) -> str:
    """The address of the page behind a key."""
    query = request.query_params.copy()
    query["cursor"] = _encode(key)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
