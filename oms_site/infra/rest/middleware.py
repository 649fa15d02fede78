"""Gives every request an id that goes into answers, logs, audit entries."""

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,36}")


class RequestIdMiddleware:
    """Takes a well-formed `X-Request-ID` of the caller or makes one; answers with it."""

    async_capable = True
    sync_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._async = iscoroutinefunction(get_response)
        if self._async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Bind the id for the time of the request."""
        if self._async:
            return self._asynchronous(request)
        self._bind(request)
        return self._answer(request, self.get_response(request))

    async def _asynchronous(self, request: HttpRequest) -> HttpResponseBase:
        self._bind(request)
        return self._answer(request, await self.get_response(request))

    @staticmethod
    def _bind(request: HttpRequest) -> None:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

    @staticmethod
    def _answer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response
