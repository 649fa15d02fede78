"""The root of every refusal this product makes on purpose. Subclasses live beside the service that raises them."""

from collections.abc import Mapping, Sequence
from typing import Any


class OmsError(Exception):
    """Something asked for cannot be done. Becomes an HTTP answer or an admin message in one place (`infra.rest.errors`).

    `code` is a word programs can act on, `message` names the remedy, `field` the input at fault (None unless it is one field).
    """

    status = 400
    default_code = "invalid"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field
        self.details = list(details)
        self.headers = dict(headers or {})


class InvalidInput(OmsError):
    """A field is missing, malformed or does not fit the others. HTTP 400."""


class Forbidden(OmsError):
    """The actor may not do this. HTTP 403."""

    status = 403
    default_code = "forbidden"


class NotFound(OmsError):
    """There is no such thing, or none the actor may know of: both are answered alike. HTTP 404."""

    status = 404
    default_code = "not_found"


class Conflict(OmsError):
    """The state of the thing does not allow it (any more). HTTP 409."""

    status = 409
    default_code = "conflict"


class Unavailable(OmsError):
    """A server this depends on does not answer; nothing was done. HTTP 503."""

    status = 503
    default_code = "unavailable"
