"""`GET /api/pnl`: profit and loss of the caller's accounts, together by account, desk, instrument or all of it, in one currency."""

import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata.selectors import to_microseconds
from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import choice, query_params
from orders.api import shapes as order_shapes
from orders.domain.objects import time_text
from reporting import selectors
from reporting.domain.objects import wide_text
from reporting.domain.profit import METHODS
from reporting.selectors.profit import BASE, GROUPS, Sums

_AMOUNT = order_shapes.decimal(null=True, text="in the currency asked for; null where a price or rate is missing")
PNL = inline_serializer(
    "ProfitAndLoss",
    {
        "results": inline_serializer(
            "ProfitAndLossRow",
            {
                "key": serializers.CharField(help_text="account, desk or symbol; firm for all of it"),
                "positions": serializers.IntegerField(),
                **dict.fromkeys(("realised_pnl", "unrealised_pnl", "total_pnl", "fees", "day_pnl"), _AMOUNT),
                "missing": serializers.ListField(child=serializers.CharField(), help_text="the prices and rates there are none of"),
                "marked_at": serializers.DateTimeField(
                    allow_null=True, help_text="when the oldest price that counts was received; null: none counts"
                ),
                "mark_age_ms": serializers.IntegerField(allow_null=True, help_text="how old that price is"),
                "mark_sources": serializers.ListField(child=serializers.CharField(), help_text="the feeds of the prices"),
            },
            many=True,
        ),
        "currency": serializers.CharField(),
    },
)


class ProfitAndLoss(APIView):
    """Profit and loss."""

    @extend_schema(
        summary="Profit and loss of your accounts",
        parameters=[
            order_shapes.ACCOUNT,
            OpenApiParameter("by", enum=list(GROUPS), description="what is summed up; account where left out"),
            OpenApiParameter("currency", description="ISO 4217; USD where left out"),
            OpenApiParameter("method", enum=list(METHODS), description="of the cost; each account's own setting where left out"),
        ],
        responses={200: PNL, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """Since the start, and of the day (UTC) before fees; what depends on a price or rate that is missing is null, never guessed."""
        params = query_params(request, {"account", "by", "currency", "method"})
        currency = params.get("currency", BASE)
        if not re.fullmatch("[A-Z]{3}", currency):
            raise InvalidInput("currency: three capital letters, as USD", field="currency")
        method = choice(params["method"], "method", METHODS) if "method" in params else None
        now = timezone.now()
        rows = selectors.profits(request.user, base=currency, now=now, method=method, account=params.get("account"))
        by = choice(params.get("by", GROUPS[0]), "by", GROUPS)
        return Response({"results": [_told(row, now) for row in selectors.summed(rows, by)], "currency": currency})


def _told(row: Sums, now: datetime) -> dict[str, Any]:
    amounts = {"realised_pnl": row.realised, "unrealised_pnl": row.unrealised, "total_pnl": row.total, "fees": row.fees, "day_pnl": row.day}
    told = {name: None if value is None else wide_text(value) for name, value in amounts.items()}
    age = None if row.oldest is None else (to_microseconds(now) - row.oldest) // 1000
    marked = {"marked_at": None if row.oldest is None else time_text(row.oldest), "mark_age_ms": age, "mark_sources": list(row.sources)}
    return {"key": row.key, "positions": row.positions, **told, "missing": list(row.missing), **marked}
