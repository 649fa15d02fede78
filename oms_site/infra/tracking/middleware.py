"""Every request that may write says who acts, and under which request id."""

from collections.abc import Callable
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from oms_site.infra.tracking.context import acting, user_known

_READS = ("GET", "HEAD", "OPTIONS", "TRACE")


class _TellsUser:
    """A request whose person becomes known late (a token is read in the view, a log-in succeeds): said as soon as it is."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "user":
            user_known(value)


class _Asgi(_TellsUser, ASGIRequest):
    """As served."""


class _Wsgi(_TellsUser, WSGIRequest):
    """As Django's test client makes it."""


def who_acts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, after Django's of authentication and where requests have their id. What only reads passes untouched."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in _READS:
            return get_response(request)
        request_id = str(getattr(request, "request_id", ""))
        with acting(f"{request.method} {request.path[:120]}", request_id=request_id, user=request.user.pk):
            request.__class__ = _Asgi if isinstance(request, ASGIRequest) else _Wsgi
            return get_response(request)

    return middleware
