"""`GET /api/trades`: the trades of the caller's accounts, newest first."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from matching.models import Trade
from matching.selectors import trade_object, trades_list
from oms_site.infra.rest import moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from risk import selectors as risk_selectors

_FILTERS = frozenset({"account", "symbol", "from", "to"})

_TRADE = inline_serializer(
    "Trade",
    {
        "id": serializers.CharField(),
        "symbol": serializers.CharField(),
        "quantity": serializers.CharField(help_text="decimal text"),
        "price": serializers.CharField(help_text="decimal text"),
        "buy_order": serializers.CharField(allow_null=True, help_text="null unless it is an order of an account you see"),
        "sell_order": serializers.CharField(allow_null=True, help_text="null unless it is an order of an account you see"),
        "time": serializers.DateTimeField(),
    },
)
_PAGE = inline_serializer(
    "TradePage",
    {"results": serializers.ListField(child=_TRADE), "next": serializers.URLField(allow_null=True)},
)


class Trades(APIView):
    """Trades, one row a match."""

    @extend_schema(
        summary="Trades of your accounts, newest first",
        parameters=[
            OpenApiParameter("account", description="only trades this account took part in"),
            OpenApiParameter("symbol"),
            OpenApiParameter("from", description="at or after: a date or an ISO 8601 time"),
            OpenApiParameter("to", description="before: a date or an ISO 8601 time"),
            OpenApiParameter("page_size", int, description="1 to 500"),
            OpenApiParameter("cursor", description="from `next` of the page before"),
        ],
        responses=_PAGE,
    )
    def get(self, request: Request) -> Response:
        """A page; an account the caller may not see, like one there is not, has no trades."""
        params = query_params(request, _FILTERS | PAGE_PARAMS)
        visible = frozenset(risk_selectors.visible_accounts(request.user))
        wanted = visible & {params["account"]} if "account" in params else visible
        trades = trades_list(wanted)
        if "symbol" in params:
            trades = trades.filter(symbol_id=params["symbol"])
        if "from" in params:
            trades = trades.filter(time__gte=moment(params["from"], "from"))
        if "to" in params:
            trades = trades.filter(time__lt=moment(params["to"], "to"))

        def told(trade: Trade) -> dict[str, Any]:
            return trade_object(trade, visible)

        return Response(page(request, trades, told, params))
