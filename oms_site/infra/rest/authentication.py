"""Token authentication: `Authorization: Token …`."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


def token_user(raw: str) -> Any | None:
    """The user a live token belongs to. Tokens are an app's business above this room: `settings.OMS_TOKEN_USER` names the function."""
    lookup: Callable[[str], Any | None] = import_string(settings.OMS_TOKEN_USER)
    return lookup(raw)


class ApiTokenAuthentication(BaseAuthentication):
    """Accepts a live API token; 401 for a token that is unknown, expired or revoked."""

    def authenticate(self, request: Request) -> tuple[Any, str] | None:
        """(user, raw token), or None when no token was sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Authorization: expected 'Token' and one token")
        try:
            raw = words[1].decode("ascii")
        except UnicodeDecodeError:
            raise AuthenticationFailed("Authorization: the token has characters no token has") from None
        user = token_user(raw)
        if user is None:
            raise AuthenticationFailed("the token is unknown, expired or revoked: log in again")
        return user, raw

    def authenticate_header(self, request: Request) -> str:
        """What a 401 tells the client to send."""
        return "Token"


class ApiTokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes the token; found by being a subclass."""

    target_class = "oms_site.infra.rest.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An API key in a header, with a word before it."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token` and an API token from POST /api/auth/token",
        }
