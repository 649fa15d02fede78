"""`GET /api/accounts`: the accounts the caller sees, and which of them the caller may trade."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from risk import selectors
from risk.models import Account

PAGING = [
    OpenApiParameter("page_size", int, description="1 to 500"),
    OpenApiParameter("cursor", description="from `next` of the page before"),
]
_ACCOUNT = inline_serializer(
    "Account",
    {
        "account": serializers.CharField(),
        "name": serializers.CharField(),
        "kind": serializers.ChoiceField(choices=["customer", "house"]),
        "currency": serializers.CharField(),
        "active": serializers.BooleanField(),
        "can_trade": serializers.BooleanField(help_text="whether you may enter orders for it"),
    },
)
_PAGE = inline_serializer(
    "AccountPage",
    {"results": serializers.ListField(child=_ACCOUNT), "next": serializers.URLField(allow_null=True)},
)


class Accounts(APIView):
    """Accounts, by code."""

    @extend_schema(summary="Accounts you see", parameters=PAGING, responses=_PAGE)
    def get(self, request: Request) -> Response:
        """A page of accounts."""
        params = query_params(request, PAGE_PARAMS)
        tradable = frozenset(selectors.tradable_accounts(request.user))

        def told(account: Account) -> dict[str, Any]:
            return {
                "account": account.code,
                "name": account.name,
                "kind": account.kind,
                "currency": account.currency,
                "active": account.active,
                "can_trade": account.code in tradable,
            }

        return Response(page(request, selectors.accounts_visible(request.user), told, params, descending=False))
