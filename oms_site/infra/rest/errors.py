"""Every refusal as one envelope: `{code, message, field, request_id, details}`. No stack trace, SQL or path ever leaves."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.db.utils import InternalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from oms_site.infra.errors import Forbidden, NotFound, OmsError, Unavailable

log = structlog.get_logger(__name__)


def envelope(request: Any, error: OmsError) -> dict[str, Any]:
    """The body of a refusal."""
    return {
        "code": error.code,
        "message": error.message,
        "field": error.field,
        "request_id": getattr(request, "request_id", ""),
        "details": error.details,
    }


class _Framework(OmsError):
    """A refusal that Django REST framework made; keeps its status."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message, code=code, headers=headers)
        self.status = status


def _as_oms_error(exc: Exception) -> OmsError:  # noqa: PLR0911 - a table in the form of a match
    match exc:
        case OmsError():
            return exc
        case Http404():
            return NotFound("there is nothing here")
        case PermissionDenied():
            return Forbidden("you may not do this")
        case RequestDataTooBig():
            return _Framework(413, "too_large", "the body is larger than this endpoint takes")
        case OperationalError() | InterfaceError() | InternalError():
            log.warning("database_unavailable", error=type(exc).__name__)
            return Unavailable("the database does not take this now; nothing was done, try again", headers={"Retry-After": "1"})
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _Framework(401, "not_authenticated", str(exc.detail), {"WWW-Authenticate": "Token"})
        case exceptions.Throttled():
            wait = max(1, round(getattr(exc, "wait", None) or 1))
            return _Framework(429, "throttled", f"too many requests: try again in {wait} s", {"Retry-After": str(wait)})
        case exceptions.APIException():
            code = exc.get_codes()
            return _Framework(exc.status_code, code if isinstance(code, str) else "invalid", str(exc.detail))
    log.exception("request_failed")
    return _Framework(500, "internal_error", "something went wrong here; it was logged under this request_id")


def refusal(exc: Exception, context: dict[str, Any]) -> Response:
    """Django REST framework's exception handler: any exception of a view becomes the envelope."""
    error = _as_oms_error(exc)
    set_rollback()
    return Response(envelope(context["request"], error), status=error.status, headers=error.headers)


def _outside_views(request: HttpRequest, error: OmsError) -> HttpResponse | None:
    if not request.path.startswith("/api/"):
        return None
    return JsonResponse(envelope(request, error), status=error.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`: a request Django itself refuses (Host header, for example)."""
    return _outside_views(request, _Framework(400, "invalid", "the request is malformed")) or defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler403`."""
    return _outside_views(request, Forbidden("you may not do this")) or defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`: unknown addresses under /api get the envelope as well."""
    return _outside_views(request, NotFound("there is nothing here")) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`."""
    error = _Framework(500, "internal_error", "something went wrong here; it was logged under this request_id")
    return _outside_views(request, error) or defaults.server_error(request)
