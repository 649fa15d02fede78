"""`GET /api/positions`: what the caller's accounts hold."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders.api import shapes as order_shapes
from reporting import selectors
from reporting.api import shapes
from reporting.models import Position


def _row(row: Position) -> dict[str, Any]:
    return {"row": row}


class Positions(APIView):
    """Positions."""

    @extend_schema(
        summary="Positions of your accounts",
        parameters=[order_shapes.ACCOUNT, order_shapes.SYMBOL, *order_shapes.PAGES],
        responses={200: shapes.POSITION_PAGE, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """A page; valued at the middle of the newest good quote."""
        params = query_params(request, {"account", "symbol"} | PAGE_PARAMS)
        rows = selectors.positions_filtered(request.user, account=params.get("account"), symbol=params.get("symbol"))
        answer = page(request, rows, _row, params, descending=False)
        answer["results"] = selectors.positions_told([row["row"] for row in answer["results"]])
        return Response(answer)
