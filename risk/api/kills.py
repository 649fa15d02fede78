"""`GET` and `POST /api/risk/kill` tell what is stopped and stop a scope; `POST /api/risk/kill/ID/release` lets it trade again."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import choice, page, query_params, text, timestamp
from oms_site.infra.rest.pages import PAGE_PARAMS
from risk import selectors, services
from risk.api.accounts import PAGING
from risk.api.bodies import fields, request_id
from risk.models import Kill, LimitScope
from risk.services.kills import MAX_REASON

_ORDER = inline_serializer(
    "KillRequest",
    {
        "scope": serializers.ChoiceField(choices=list(LimitScope.values)),
        "key": serializers.CharField(required=False, help_text="the account; left out for the firm"),
        "reason": serializers.CharField(max_length=MAX_REASON),
    },
)
_KILL = inline_serializer(
    "Kill",
    {
        "id": serializers.IntegerField(),
        "scope": serializers.CharField(),
        "key": serializers.CharField(),
        "reason": serializers.CharField(),
        "set_at": serializers.DateTimeField(),
        "set_by": serializers.CharField(),
        "released_at": serializers.DateTimeField(allow_null=True),
        "released_by": serializers.CharField(allow_null=True),
    },
)


class KillView(APIView):
    """Kills in force, and setting one."""

    @extend_schema(
        summary="Kills in force of the firm and of the accounts you see",
        parameters=PAGING,
        responses=inline_serializer(
            "KillPage", {"results": serializers.ListField(child=_KILL), "next": serializers.URLField(allow_null=True)}
        ),
    )
    def get(self, request: Request) -> Response:
        """A page of kills, newest first."""
        params = query_params(request, PAGE_PARAMS)
        kills = selectors.kills_in_force(selectors.visible_accounts(request.user))
        return Response(page(request, kills, _kill_object, params))

    @extend_schema(
        summary="Stop the firm or an account: rejects what adds risk, cancels what is open",
        request=_ORDER,
        responses={201: _KILL, 200: _KILL},
    )
    def post(self, request: Request) -> Response:
        """201 with the kill; 200 when the scope was killed before: nothing happens twice."""
        query_params(request, frozenset())
        body = fields(request.data, frozenset({"scope", "reason"}), frozenset({"key"}))
        scope = choice(body["scope"], "scope", tuple(LimitScope.values))
        key = "" if body.get("key") == "" else text(body["key"], "key", max_length=32) if "key" in body else ""
        if scope == LimitScope.ACCOUNT and not key:
            raise InvalidInput("key: name the account", field="key")
        kill, new = services.kill_set(
            actor=request.user,
            scope=scope,
            key=key,
            reason=text(body["reason"], "reason", max_length=MAX_REASON),
            now=timezone.now(),
            request_id=request_id(request),
        )
        return Response(_kill_object(kill), status=201 if new else 200)


class ReleaseView(APIView):
    """Releasing a kill."""

    @extend_schema(summary="Release a kill that another person set", request=None, responses=_KILL)
    def post(self, request: Request, kill_id: int) -> Response:
        """200 with the kill as released; 403 for the person who set it; 409 when it was released before."""
        query_params(request, frozenset())
        if request.data:
            fields(request.data, frozenset())
        kill = services.kill_release(actor=request.user, kill_id=kill_id, now=timezone.now(), request_id=request_id(request))
        return Response(_kill_object(kill))


def _kill_object(kill: Kill) -> dict[str, Any]:
    return {
        "id": kill.pk,
        "scope": kill.scope,
        "key": kill.key,
        "reason": kill.reason,
        "set_at": timestamp(kill.set_at),
        "set_by": kill.set_by.get_username(),
        "released_at": timestamp(kill.released_at),
        "released_by": kill.released_by.get_username() if kill.released_by else None,
    }
