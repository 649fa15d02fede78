"""`GET /api/ledger/entries`: the journal of the caller's accounts, each entry with its lines."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders.api import shapes as order_shapes
from reporting import selectors
from reporting.api import ledger_shapes as shapes
from reporting.domain.ledger import Cause

CAUSES = tuple(cause.value for cause in Cause)


class LedgerEntries(APIView):
    """Journal entries."""

    @extend_schema(
        summary="Journal entries of your accounts, newest first",
        parameters=[order_shapes.ACCOUNT, order_shapes.SYMBOL, shapes.CAUSE, order_shapes.FROM, order_shapes.TO, *order_shapes.PAGES],
        responses={200: shapes.ENTRY_PAGE, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """A page; the lines of every entry are zero in sum for each currency and instrument."""
        params = query_params(request, {"account", "symbol", "cause", "from", "to"} | PAGE_PARAMS)
        rows = selectors.entries_filtered(
            request.user,
            account=params.get("account"),
            symbol=params.get("symbol"),
            cause=choice(params["cause"], "cause", CAUSES) if "cause" in params else None,
            since=moment(params["from"], "from") if "from" in params else None,
            before=moment(params["to"], "to") if "to" in params else None,
        )
        answer: dict[str, Any] = page(request, rows, lambda row: {"row": row}, params)
        answer["results"] = selectors.entries_told([one["row"] for one in answer["results"]])
        return Response(answer)
