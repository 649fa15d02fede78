"""Reading requests of this room: known fields only, required ones present, the id for the audit."""

from typing import Any

from rest_framework.request import Request

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import json_object


def fields(body: Any, required: frozenset[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The body as an object with exactly these fields. Raises `InvalidInput` on the first that is unknown or missing."""
    given = json_object(body)
    for name in sorted(given.keys() - required - optional):
        shown = name[:64].encode("ascii", "replace").decode()
        known = ", ".join(sorted(required | optional))
        raise InvalidInput(f"{shown}: unknown field; known: {known}", field=shown)
    for name in sorted(required - given.keys()):
        raise InvalidInput(f"{name}: is missing", field=name)
    return given


def request_id(request: Request) -> str:
    """The id of the request, which its audit entry carries."""
    return str(getattr(request, "request_id", ""))
