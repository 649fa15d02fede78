"""`GET` and `POST /api/risk/kill` tell what is stopped and stop a scope; `POST /api/risk/kill/ID/release` lets it trade again, by two."""

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
from risk.models import Kill, KillScope
from risk.services.kills import MAX_REASON

_ORDER = inline_serializer(
    "KillRequest",
    {
        "scope": serializers.ChoiceField(choices=list(KillScope.values)),
        "key": serializers.CharField(required=False, help_text="desk, account, user or symbol; left out for the firm"),
        "reason": serializers.CharField(max_length=MAX_REASON),
        "spare_reducing": serializers.BooleanField(required=False, help_text="leave orders open that can only reduce a position"),
    },
)
_ASKED = inline_serializer(
    "KillReleaseRequest",
    {
        "request": serializers.IntegerField(help_text="waits for a second person: who calls this route too, or decides in the admin"),
        "requested_by": serializers.CharField(),
        "expires_at": serializers.DateTimeField(),
    },
)
_KILL = inline_serializer(
    "Kill",
    {
        "id": serializers.IntegerField(),
        "scope": serializers.CharField(),
        "key": serializers.CharField(),
        "reason": serializers.CharField(),
        "spare_reducing": serializers.BooleanField(),
        "state": serializers.ChoiceField(choices=["killing", "flat", "released"], help_text="flat: no order of the scope is open any more"),
        "open_left": serializers.IntegerField(help_text="orders of the scope that are still open and will be canceled"),
        "open_spared": serializers.IntegerField(help_text="orders left open as they can only reduce"),
        "flat_at": serializers.DateTimeField(allow_null=True),
        "set_at": serializers.DateTimeField(),
        "set_by": serializers.CharField(),
        "released_at": serializers.DateTimeField(allow_null=True),
        "released_by": serializers.CharField(allow_null=True),
    },
)


_KILLS = inline_serializer("KillPage", {"results": serializers.ListField(child=_KILL), "next": serializers.URLField(allow_null=True)})


class KillView(APIView):
    """Kills in force, and setting one."""

    @extend_schema(
        summary="Kills in force of the firm and of the accounts you see",
        parameters=PAGING,
        responses=_KILLS,
    )
    def get(self, request: Request) -> Response:
        """A page of kills, newest first."""
        return _kills(request)

    @extend_schema(
        summary="Stop the firm, a desk, an account, a trader or an instrument: rejects what adds risk, cancels what is open",
        request=_ORDER,
        responses={201: _KILL, 200: _KILL},
    )
    def post(self, request: Request) -> Response:
        """201 with the kill; 200 when the scope was killed before: nothing happens twice."""
        query_params(request, frozenset())
        body = fields(request.data, frozenset({"scope", "reason"}), frozenset({"key", "spare_reducing"}))
        scope = choice(body["scope"], "scope", tuple(KillScope.values))
        key = "" if body.get("key") == "" else text(body["key"], "key", max_length=150) if "key" in body else ""
        if scope != KillScope.FIRM and not key:
            raise InvalidInput(f"key: name the {scope}", field="key")
        spare = body.get("spare_reducing", False)
        if not isinstance(spare, bool):
            raise InvalidInput("spare_reducing: must be true or false", field="spare_reducing")
        kill, new = services.kill_set(
            actor=request.user,
            scope=scope,
            key=key,
            reason=text(body["reason"], "reason", max_length=MAX_REASON),
            spare_reducing=spare,
            now=timezone.now(),
            request_id=request_id(request),
        )
        return Response(_kill_object(kill), status=201 if new else 200)


class Kills(APIView):
    """The list, under the plural too."""

    @extend_schema(summary="Kills in force, as `GET /api/risk/kill`", parameters=PAGING, responses=_KILLS)
    def get(self, request: Request) -> Response:
        """A page of kills, newest first."""
        return _kills(request)


class ReleaseView(APIView):
    """Releasing a kill takes two persons: the first to call asks, the second agrees."""

    @extend_schema(
        summary="Ask for the release of a kill, or agree to what another person has asked for",
        description="Who set the kill may agree to its release, but not ask for it. Nobody agrees to what they asked for themselves: 403.",
        request=inline_serializer("KillRelease", {"reason": serializers.CharField(required=False, max_length=MAX_REASON)}),
        responses={202: _ASKED, 200: _KILL},
    )
    def post(self, request: Request, kill_id: int) -> Response:
        """202 with the request for the first person, 200 with the kill as released for the second; 403 for one and the same; 409 later."""
        query_params(request, frozenset())
        body = fields(request.data, frozenset(), frozenset({"reason"})) if request.data else {}
        reason = text(body["reason"], "reason", max_length=MAX_REASON) if "reason" in body else "asked for by REST"
        waiting, kill = services.kill_release_step(
            actor=request.user, kill_id=kill_id, reason=reason, now=timezone.now(), request_id=request_id(request)
        )
        if kill is not None:
            return Response(_kill_object(kill))
        told = {"request": waiting.pk, "requested_by": waiting.requested_by.get_username(), "expires_at": timestamp(waiting.expires_at)}
        return Response(told, status=202)


def _kills(request: Request) -> Response:
    params = query_params(request, PAGE_PARAMS)
    kills = selectors.kills_in_force(selectors.visible_accounts(request.user))
    return Response(page(request, kills, _kill_object, params))


def _kill_object(kill: Kill) -> dict[str, Any]:
    still = selectors.still_open(kill) if kill.released_at is None else selectors.StillOpen(0, 0)
    return {
        "id": kill.pk,
        "scope": kill.scope,
        "key": kill.key,
        "reason": kill.reason,
        "spare_reducing": kill.spare_reducing,
        "state": kill.state,
        "open_left": still.left,
        "open_spared": still.spared,
        "flat_at": None if kill.flat_at is None else timestamp(kill.flat_at),
        "set_at": timestamp(kill.set_at),
        "set_by": kill.set_by.get_username(),
        "released_at": timestamp(kill.released_at),
        "released_by": kill.released_by.get_username() if kill.released_by else None,
    }
