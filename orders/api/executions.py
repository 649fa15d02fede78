"""`GET /api/executions`: the fills of the caller's accounts."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders import selectors
from orders.api import shapes
from schemas.enums import Side

_FILTERS = frozenset({"account", "symbol", "side", "order", "from", "to"})


class Executions(APIView):
    """Fills."""

    @extend_schema(
        summary="Fills of your accounts, newest first",
        parameters=[
            *(shapes.ACCOUNT, shapes.SYMBOL, shapes.SIDE),
            OpenApiParameter("order", description="an order's id"),
            *(shapes.FROM, shapes.TO, *shapes.PAGES),
        ],
        responses={200: shapes.FILL_PAGE, **shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """A page."""
        params = query_params(request, _FILTERS | PAGE_PARAMS)
        fills = selectors.fills_visible(request.user)
        for name in ("account", "symbol", "order"):
            if name in params:
                fills = fills.filter(**{name: params[name]})
        if "side" in params:
            fills = fills.filter(side=choice(params["side"], "side", tuple(Side)))
        if "from" in params:
            fills = fills.filter(time__gte=moment(params["from"], "from"))
        if "to" in params:
            fills = fills.filter(time__lt=moment(params["to"], "to"))
        return Response(page(request, fills, selectors.fill_object, params))
