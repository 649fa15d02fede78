"""`POST /api/auth/token`, `DELETE /api/auth/token`, `DELETE /api/auth/tokens`: log in, log out, log out everywhere."""

import secrets
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import query_params, text, timestamp
from risk import selectors, services
from risk.api.bodies import fields, request_id

_LOGIN = inline_serializer(
    "Login",
    {
        "username": serializers.CharField(max_length=150),
        "password": serializers.CharField(max_length=128),
        "otp": serializers.CharField(required=False, help_text="only for users with a one-time password set up"),
    },
)
_TOKEN = inline_serializer(
    "Token",
    {
        "token": serializers.CharField(help_text="for the header Authorization: Token …; told once, stored as a hash"),
        "expires_at": serializers.DateTimeField(),
        "username": serializers.CharField(),
        "roles": serializers.ListField(child=serializers.CharField()),
    },
)
_REVOKED = inline_serializer("Revoked", {"revoked": serializers.IntegerField()})


class TokenView(APIView):
    """One token: made by user name and password, revoked by itself."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """A POST needs none, and a token that has expired must not stand in its way."""
        return [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        """Everyone may log in."""
        return [AllowAny()] if self.request.method == "POST" else list(super().get_permissions())

    @extend_schema(summary="Log in: a token for user name and password", request=_LOGIN, responses={201: _TOKEN}, auth=[])
    def post(self, request: Request) -> Response:
        """201 with the token; 401 when name, password (and one-time code) do not belong together; 429 while too many have failed."""
        query_params(request, frozenset())
        body = fields(request.data, frozenset({"username", "password"}), frozenset({"otp"}))
        secret = secrets.token_urlsafe(32)
        token = services.login(
            request=request._request,
            username=text(body["username"], "username", max_length=150),
            password=text(body["password"], "password", max_length=128),
            otp=text(body["otp"], "otp", max_length=32) if "otp" in body else None,
            secret=secret,
            now=timezone.now(),
            request_id=request_id(request),
        )
        answer = {
            "token": secret,
            "expires_at": timestamp(token.expires_at),
            "username": token.user.get_username(),
            "roles": sorted(selectors.roles(token.user)),
        }
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(summary="Log out: revoke the token used", responses={204: None})
    def delete(self, request: Request) -> Response:
        """204; the token is refused from now on."""
        query_params(request, frozenset())
        if not isinstance(request.auth, str):
            raise InvalidInput("no token was used for this request: log out of the session instead")
        services.token_revoke_raw(actor=request.user, raw=request.auth, now=timezone.now(), request_id=request_id(request))
        return Response(status=204)


class TokensView(APIView):
    """All tokens of the caller."""

    @extend_schema(summary="Log out everywhere: revoke all of your tokens", responses=_REVOKED)
    def delete(self, request: Request) -> Response:
        """200 with how many were live."""
        query_params(request, frozenset())
        revoked = services.tokens_revoke_all(actor=request.user, user=request.user, now=timezone.now(), request_id=request_id(request))
        return Response({"revoked": revoked})
