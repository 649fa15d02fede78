"""`GET /api/settlement/instructions`: what the caller's accounts owe and are owed."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders.api import shapes as order_shapes
from reporting import selectors
from reporting.api import shapes
from reporting.domain.settlement.table import State


class SettlementInstructions(APIView):
    """Settlement instructions."""

    @extend_schema(
        summary="Settlement instructions of your accounts, newest first",
        parameters=[order_shapes.ACCOUNT, order_shapes.SYMBOL, shapes.STATUS, shapes.DUE, *order_shapes.PAGES],
        responses={200: shapes.OBLIGATION_PAGE, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """A page."""
        params = query_params(request, {"account", "symbol", "status", "settlement_date"} | PAGE_PARAMS)
        rows = selectors.obligations_visible(request.user).select_related("owner")
        now = timezone.now()
        for name in ("account", "symbol"):
            if name in params:
                rows = rows.filter(**{name: params[name]})
        if "status" in params:
            rows = rows.filter(status=choice(params["status"], "status", tuple(state.value for state in State)))
        if "settlement_date" in params:
            rows = rows.filter(settlement_date=moment(params["settlement_date"], "settlement_date").date())
        return Response(page(request, rows, lambda row: selectors.obligation_told(row, now), params))
