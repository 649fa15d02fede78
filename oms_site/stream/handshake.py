"""Who may open a socket at all, decided from the handshake alone: no foreign page, no token in an address."""

from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from oms_site import env


def headers(scope: Mapping[str, Any], name: str) -> list[str]:
    """Every value of a header."""
    wanted = name.encode()
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted]


def session_key(scope: Mapping[str, Any]) -> str | None:
    """The session cookie's value, None without one."""
    for header in headers(scope, "cookie"):
        try:
            found = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
        except CookieError:
            continue
        if found is not None:
            return found.value
    return None


def refusal(scope: Mapping[str, Any]) -> str | None:
    """Why the handshake is answered with 403, None when it may go on."""
    hosts = headers(scope, "host")
    if len(hosts) != 1 or not _known(hosts[0]):
        return "host"
    if "token" in parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True):
        return "token_in_address"
    origins = headers(scope, "origin")
    if not origins:
        return "origin_missing" if session_key(scope) is not None else None
    if len(origins) != 1 or not _own(origins[0], hosts[0], secure=scope.get("scheme") == "wss"):
        return "origin_foreign"
    return None


def _known(host: str) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _own(origin: str, host: str, *, secure: bool) -> bool:
    if origin in settings.CSRF_TRUSTED_ORIGINS or origin == _web_origin():
        return True
    parts = urlsplit(origin)
    schemes = {"https"} if secure else {"http", "https"}
    return parts.scheme in schemes and parts.netloc.lower() == host.lower() and not (parts.path or parts.query or parts.fragment)


def _web_origin() -> str:
    parts = urlsplit(env.WEB_URL)
    return f"{parts.scheme}://{parts.netloc}"


async def refuse(scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    """The ASGI application of every other address: 403."""
    await receive()
    await send({"type": "websocket.close"})
