"""`GET /api/book/SYMBOL`: the depth of a symbol's book."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata.api.shapes import BOOK
from marketdata.selectors import DEPTH, book_snapshot, instrument_exists
from oms_site.infra.errors import NotFound
from oms_site.infra.rest import query_params, whole_number

DEFAULT_DEPTH = "10"


class SymbolBook(APIView):
    """One symbol's depth."""

    @extend_schema(
        summary="The best price levels of a symbol's book",
        parameters=[OpenApiParameter("depth", int, description="levels a side, 1 to 100; 10 unless told")],
        responses=BOOK,
    )
    def get(self, request: Request, symbol: str) -> Response:
        """The book, empty before its first order; 404 for an unknown symbol."""
        params = query_params(request, {"depth"})
        depth = whole_number(params.get("depth", DEFAULT_DEPTH), "depth", low=1, high=DEPTH)
        if not instrument_exists(symbol):
            raise NotFound("there is no instrument of this symbol")
        return Response(book_snapshot(symbol, now=timezone.now(), depth=depth))
