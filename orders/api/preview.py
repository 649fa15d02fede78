"""`POST /api/orders/preview`: what risk would say to an order, with what is left of each limit. Nothing is entered."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import query_params
from orders import selectors, services
from orders.api import shapes
from orders.domain import entry
from risk.domain.catalog import BY_RULE
from risk.domain.decide import Decision
from risk.domain.limits import Rule
from schemas.units import format_units

_LIMITS = frozenset(rule.value for rule in Rule)
_HEADROOM = inline_serializer(
    "PreviewHeadroom",
    {
        "rule": serializers.CharField(),
        "limit": shapes.decimal(text="the limit that binds, in the rule's unit"),
        "actual": shapes.decimal(text="what it would come to with this order"),
        "left": shapes.decimal(text="what would be left, never below zero"),
        "used_percent": serializers.IntegerField(),
        "unit": serializers.CharField(),
    },
)
_PREVIEW = inline_serializer(
    "OrderPreview",
    {
        "outcome": serializers.ChoiceField(choices=["accepted", "rejected"]),
        "reject": shapes.REJECT,
        "price": shapes.decimal(null=True, text="the order would be judged at it"),
        "headroom": serializers.ListField(child=_HEADROOM, help_text="the most used limit first"),
    },
)


class PreviewOrder(APIView):
    """A look ahead."""

    @extend_schema(
        operation_id="orders_preview",
        summary="What would become of an order; nothing is entered",
        description=(
            "The checks of risk over the newest limits and the exposure last told (every 2 s while something changes). A prediction: the "
            "answer to the order itself rests on newer quotes and exposure."
        ),
        request=shapes.NEW_ORDER,
        responses={200: _PREVIEW, **shapes.refusals(403, 413, 415)},
    )
    def post(self, request: Request) -> Response:
        """200 with the predicted answer; refused as order entry refuses a body that is no order."""
        query_params(request, frozenset())
        body = request.data
        order = entry.parse_order(body, selectors.instrument_terms(entry.symbols_named([body])))
        return Response(_told(services.order_preview(actor=request.user, order=order, now=timezone.now())))


def _told(decision: Decision) -> dict[str, Any]:
    breach = decision.breach
    reject = None
    if breach is not None:
        reject = {"code": breach.code, "rule": breach.rule, "limit": breach.limit, "actual": breach.actual, "message": breach.message}
    rows: list[dict[str, Any]] = [
        {
            "rule": rule,
            "limit": format_units(limit),
            "actual": format_units(actual),
            "left": format_units(max(limit - actual, 0)),
            "used_percent": -(-100 * max(actual, 0) // limit),
            "unit": BY_RULE[rule].measured_in,
        }
        for rule, _, limit, actual in decision.results or []
        if rule in _LIMITS and limit and actual is not None
    ]
    rows.sort(key=lambda row: -row["used_percent"])
    price = None if decision.price is None else format_units(decision.price)
    return {"outcome": "accepted" if breach is None else "rejected", "reject": reject, "price": price, "headroom": rows}
