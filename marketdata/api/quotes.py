"""`GET /api/quotes` and `/api/quotes/SYMBOL`: the newest quote of each symbol as it came, with quality, age and statistics."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata.api.shapes import QUOTE, QUOTES
from marketdata.models import LatestQuote
from marketdata.selectors import quote_objects, quote_snapshot
from oms_site.infra.errors import NotFound
from oms_site.infra.rest import page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS


class Quotes(APIView):
    """All symbols."""

    @extend_schema(
        operation_id="quotes_list",
        summary="The newest quote of every symbol",
        parameters=[
            OpenApiParameter("page_size", int, description="1 to 500"),
            OpenApiParameter("cursor", description="from `next` of the page before"),
        ],
        responses=QUOTES,
    )
    def get(self, request: Request) -> Response:
        """A page, in the order of the symbol."""
        params = query_params(request, PAGE_PARAMS)
        found = page(request, LatestQuote.objects.all(), lambda row: {"row": row}, params, key="symbol", descending=False)
        found["results"] = quote_objects((kept["row"] for kept in found["results"]), timezone.now())
        return Response(found)


class SymbolQuote(APIView):
    """One symbol."""

    @extend_schema(summary="The newest quote of a symbol", responses=QUOTE)
    def get(self, request: Request, symbol: str) -> Response:
        """The quote; 404 for an unknown symbol, and before its first quote."""
        query_params(request, frozenset())
        quote = quote_snapshot(symbol, now=timezone.now())
        if quote is None:
            raise NotFound("there is no quote of this symbol")
        return Response(quote)
