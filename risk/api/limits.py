"""`GET /api/risk/limits` and `GET /api/risk/utilisation`: what is in force, how much of it is used, what is left."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import decimal_text, page, query_params, timestamp
from oms_site.infra.rest.pages import PAGE_PARAMS
from risk import selectors
from risk.api.accounts import PAGING
from risk.domain.limits import UNITS, Rule
from risk.domain.utilisation import Use
from risk.models import AccountExposure, Limit
from schemas.units import format_units

_LIMIT = inline_serializer(
    "Limit",
    {
        "id": serializers.IntegerField(),
        "scope": serializers.ChoiceField(choices=["firm", "account"]),
        "account": serializers.CharField(allow_null=True, help_text="null for the firm's"),
        "rule": serializers.ChoiceField(choices=list(Rule)),
        "value": serializers.CharField(help_text="decimal text in the rule's unit"),
        "unit": serializers.CharField(),
        "version": serializers.IntegerField(),
        "updated_at": serializers.DateTimeField(),
    },
)
_USE = inline_serializer(
    "SymbolUse",
    {
        "symbol": serializers.CharField(),
        "position": serializers.CharField(),
        "open_buy": serializers.CharField(),
        "open_sell": serializers.CharField(),
        "rule": serializers.CharField(),
        "limit": serializers.CharField(allow_null=True),
        "scope": serializers.CharField(allow_null=True, help_text="whose limit binds"),
        "worst": serializers.CharField(help_text="largest position, long or short, that open orders could lead to"),
        "used_percent": serializers.IntegerField(allow_null=True),
        "headroom_buy": serializers.CharField(allow_null=True),
        "headroom_sell": serializers.CharField(allow_null=True),
    },
)
_ACCOUNT_USE = inline_serializer(
    "AccountUse",
    {
        "account": serializers.CharField(),
        "seq": serializers.IntegerField(help_text="the account's record it is as of"),
        "updated_at": serializers.DateTimeField(),
        "open_orders": serializers.IntegerField(),
        "symbols": serializers.ListField(child=_USE),
    },
)
_FILTER = OpenApiParameter("account", description="one account you see")


def _paged(name: str, row: Any) -> Any:
    return inline_serializer(name, {"results": serializers.ListField(child=row), "next": serializers.URLField(allow_null=True)})


def _accounts(request: Request, params: dict[str, str]) -> list[str]:
    visible = selectors.visible_accounts(request.user)
    return [code for code in visible if code == params.get("account", code)]


class Limits(APIView):
    """Limits in force."""

    @extend_schema(
        summary="Limits of the firm and of the accounts you see; the tighter one of both applies",
        parameters=[_FILTER, *PAGING],
        responses=_paged("LimitPage", _LIMIT),
    )
    def get(self, request: Request) -> Response:
        """A page of limits, oldest first; an account that is not yours shows nothing of its own."""
        params = query_params(request, PAGE_PARAMS | {"account"})
        limits = selectors.limits_of(_accounts(request, params))
        return Response(page(request, limits, _limit_object, params, descending=False))


class Utilisation(APIView):
    """How much of the position limit each account uses."""

    @extend_schema(
        summary="Positions and open quantity by account and symbol, with the limit that binds and what is left",
        parameters=[_FILTER, *PAGING],
        responses=_paged("UtilisationPage", _ACCOUNT_USE),
    )
    def get(self, request: Request) -> Response:
        """A page of accounts, as the risk worker last told (every 2 s while something changes)."""
        params = query_params(request, PAGE_PARAMS | {"account"})
        codes = _accounts(request, params)
        uses = selectors.Utilisation(codes)

        def told(exposure: AccountExposure) -> dict[str, Any]:
            return {
                "account": exposure.account,
                "seq": exposure.seq,
                "updated_at": timestamp(exposure.updated_at),
                "open_orders": exposure.open_orders,
                "symbols": [_use_object(use) for use in uses.of(exposure)],
            }

        return Response(page(request, selectors.exposures_of(codes), told, params, descending=False))


def _limit_object(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.pk,
        "scope": limit.scope,
        "account": limit.key or None,
        "rule": limit.rule,
        "value": decimal_text(limit.value),
        "unit": UNITS[Rule(limit.rule)],
        "version": limit.version,
        "updated_at": timestamp(limit.updated_at),
    }


def _use_object(use: Use) -> dict[str, Any]:
    def shown(units: int | None) -> str | None:
        return None if units is None else format_units(units)

    return {
        "symbol": use.symbol,
        "position": shown(use.position),
        "open_buy": shown(use.open_buy),
        "open_sell": shown(use.open_sell),
        "rule": Rule.MAX_POSITION,
        "limit": None if use.limit is None else shown(use.limit.value),
        "scope": None if use.limit is None else use.limit.scope,
        "worst": shown(use.worst),
        "used_percent": use.percent,
        "headroom_buy": shown(use.headroom_buy),
        "headroom_sell": shown(use.headroom_sell),
    }
