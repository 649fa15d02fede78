"""`GET /api/candles/SYMBOL`: the bars of a symbol's prints."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata.api.shapes import CANDLES
from marketdata.domain.candles import INTERVALS
from marketdata.selectors import candle_object, candles_list, instrument_exists
from oms_site.infra.errors import NotFound
from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS

DEFAULT_INTERVAL = "1m"


class Candles(APIView):
    """One symbol's candles of one interval."""

    @extend_schema(
        operation_id="candles_list",
        summary="Candles of a symbol's prints, newest first; a stretch without a print has none",
        parameters=[
            OpenApiParameter("interval", enum=INTERVALS, description="1m unless told; 1d is a business date of the instrument's calendar"),
            OpenApiParameter("from", description="start at or after: a date or an ISO 8601 time"),
            OpenApiParameter("to", description="start before: a date or an ISO 8601 time"),
            OpenApiParameter("page_size", int, description="1 to 500"),
            OpenApiParameter("cursor", description="from `next` of the page before"),
        ],
        responses=CANDLES,
    )
    def get(self, request: Request, symbol: str) -> Response:
        """A page; 404 for an unknown symbol."""
        params = query_params(request, {"interval", "from", "to"} | PAGE_PARAMS)
        interval = choice(params.get("interval", DEFAULT_INTERVAL), "interval", INTERVALS)
        since, until = (moment(params[name], name) if name in params else None for name in ("from", "to"))
        if not instrument_exists(symbol):
            raise NotFound("there is no instrument of this symbol")
        return Response(page(request, candles_list(symbol, interval, since=since, until=until), candle_object, params, key="start"))
