"""`GET /api/reports/NAME`: trades and positions, as pages or whole as CSV."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders.api import shapes as order_shapes
from reporting import selectors
from reporting.api import shapes
from reporting.api.positions import position_page
from reporting.exports import csv_response, csv_text

_TRADE_COLUMNS = ("id", "time", "symbol", "quantity", "price", "amount", "currency", "buy_order", "sell_order")
_TRADE_NUMBERS = frozenset({"quantity", "price", "amount"})
_POSITION_COLUMNS = tuple(shapes.POSITION.fields)
_POSITION_NUMBERS = frozenset(_POSITION_COLUMNS) - {"account", "symbol", "marked_at", "updated_at"}


class TradesReport(APIView):
    """The report of trades."""

    @extend_schema(
        summary="Report: trades of your accounts, newest first",
        parameters=[
            *(order_shapes.ACCOUNT, order_shapes.SYMBOL, order_shapes.FROM, order_shapes.TO),
            *(shapes.EXPORT, *order_shapes.PAGES),
        ],
        responses={200: shapes.TRADE_PAGE, (200, "text/csv"): str, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """A page; with `export=csv` all rows as a file."""
        params = query_params(request, {"account", "symbol", "from", "to", "export"} | PAGE_PARAMS)
        visible = selectors.accounts_of(request.user, params.get("account"))
        trades = selectors.trades_filtered(
            visible,
            symbol=params.get("symbol"),
            since=moment(params["from"], "from") if "from" in params else None,
            before=moment(params["to"], "to") if "to" in params else None,
        )
        seen = selectors.accounts_of(request.user, None)

        def told(row: Any) -> dict[str, Any]:
            return selectors.trade_told(row, seen)

        if not _exported(params):
            return Response(page(request, trades, told, params))
        rows = (told(row) for row in trades.order_by("-pk").iterator(chunk_size=2_000))
        return csv_response(_name("trades"), csv_text(rows, _TRADE_COLUMNS, _TRADE_NUMBERS))


class PositionsReport(APIView):
    """The report of positions."""

    @extend_schema(
        summary="Report: positions of your accounts",
        parameters=[order_shapes.ACCOUNT, order_shapes.SYMBOL, shapes.EXPORT, *order_shapes.PAGES],
        responses={200: shapes.POSITION_PAGE, (200, "text/csv"): str, **order_shapes.refusals()},
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """A page; with `export=csv` all rows as a file."""
        params = query_params(request, {"account", "symbol", "export"} | PAGE_PARAMS)
        if not _exported(params):
            return Response(position_page(request, params))

        rows = selectors.positions_filtered(request.user, account=params.get("account"), symbol=params.get("symbol"))
        told = selectors.positions_told(list(rows.order_by("account", "symbol")))
        return csv_response(_name("positions"), csv_text(told, _POSITION_COLUMNS, _POSITION_NUMBERS))


def _exported(params: dict[str, str]) -> bool:
    if "export" not in params:
        return False
    choice(params["export"], "export", ("csv",))
    paging = sorted(PAGE_PARAMS & params.keys())
    if paging:
        raise InvalidInput(f"{paging[0]}: an export is whole, leave it out", field=paging[0])
    return True


def _name(report: str) -> str:
    return f"{report}-{timezone.now():%Y%m%d-%H%M%S}"
