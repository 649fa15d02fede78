"""`GET /api/risk/limits` and `GET /api/risk/utilisation`: what is in force, how much of it is used, what is left."""

from typing import Any

from django.utils import timezone
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
from risk.domain.rule_use import Level, RuleUse
from risk.domain.utilisation import Use
from risk.models import AccountExposure, Limit, LimitScope
from schemas.units import format_units

_LIMIT = inline_serializer(
    "Limit",
    {
        "id": serializers.IntegerField(),
        "scope": serializers.ChoiceField(choices=list(LimitScope.values)),
        "key": serializers.CharField(help_text="desk, account, user or symbol; empty for the firm"),
        "account": serializers.CharField(allow_null=True, help_text="null unless the scope is account"),
        "rule": serializers.ChoiceField(choices=list(Rule)),
        "value": serializers.CharField(help_text="decimal text in the rule's unit"),
        "unit": serializers.CharField(),
        "effective_from": serializers.DateTimeField(allow_null=True),
        "effective_until": serializers.DateTimeField(allow_null=True),
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
_RULE_USE = inline_serializer(
    "RuleUse",
    {
        "rule": serializers.ChoiceField(choices=list(Rule)),
        "symbol": serializers.CharField(allow_null=True, help_text="null for what is counted over all"),
        "used": serializers.CharField(),
        "limit": serializers.CharField(allow_null=True),
        "scope": serializers.CharField(allow_null=True, help_text="whose limit binds"),
        "key": serializers.CharField(allow_null=True),
        "headroom": serializers.CharField(allow_null=True),
        "used_percent": serializers.IntegerField(allow_null=True),
        "level": serializers.ChoiceField(choices=list(Level)),
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
        "rules": serializers.ListField(child=_RULE_USE, help_text="every use that can be told, with the limit that binds"),
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
        summary="Limits of the firm, of desks and symbols, and of the accounts you see and their traders; the tightest that applies binds",
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
        uses = selectors.Utilisation(timezone.now())

        def told(exposure: AccountExposure) -> dict[str, Any]:
            return {
                "account": exposure.account,
                "seq": exposure.seq,
                "updated_at": timestamp(exposure.updated_at),
                "open_orders": exposure.open_orders,
                "symbols": [_use_object(use) for use in uses.of(exposure)],
                "rules": [_rule_object(use) for use in uses.rules_of(exposure)],
            }

        return Response(page(request, selectors.exposures_of(codes), told, params, descending=False))


def _limit_object(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.pk,
        "scope": limit.scope,
        "key": limit.key,
        "account": limit.key if limit.scope == LimitScope.ACCOUNT else None,
        "rule": limit.rule,
        "value": decimal_text(limit.value),
        "unit": UNITS[Rule(limit.rule)],
        "effective_from": None if limit.effective_from is None else timestamp(limit.effective_from),
        "effective_until": None if limit.effective_until is None else timestamp(limit.effective_until),
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


def _rule_object(use: RuleUse) -> dict[str, Any]:
    limit, headroom = use.limit, use.headroom
    return {
        "rule": use.rule,
        "symbol": use.symbol or None,
        "used": format_units(use.used),
        "limit": None if limit is None else format_units(limit.value),
        "scope": None if limit is None else limit.scope,
        "key": None if limit is None else limit.key,
        "headroom": None if headroom is None else format_units(headroom),
        "used_percent": use.percent,
        "level": use.level,
    }
