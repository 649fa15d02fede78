"""`GET /api/instruments`: what can be traded, with tick, lot, largest quantity and the market's phase."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata.api.shapes import INSTRUMENTS
from marketdata.selectors import instrument_object, instruments_with_phase
from oms_site.infra.rest import page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS


class Instruments(APIView):
    """All instruments."""

    @extend_schema(
        operation_id="instruments_list",
        summary="Instruments and their terms",
        parameters=[
            OpenApiParameter("page_size", int, description="1 to 500"),
            OpenApiParameter("cursor", description="from `next` of the page before"),
        ],
        responses=INSTRUMENTS,
    )
    def get(self, request: Request) -> Response:
        """A page, in the order of the symbol."""
        params = query_params(request, PAGE_PARAMS)
        return Response(page(request, instruments_with_phase(), instrument_object, params, key="symbol", descending=False))
