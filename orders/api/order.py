"""`/api/orders/ID`: one order, its life, its replace and cancel; `/api/orders/cancel`: many at once."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketdata import selectors as market_selectors
from oms_site.infra.errors import InvalidInput, NotFound
from oms_site.infra.rest import page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from orders import selectors, services
from orders.api import shapes
from orders.domain import entry
from orders.models import Order
from risk.api.bodies import request_id


class OneOrder(APIView):
    """One order. Cancels are never throttled."""

    unthrottled_methods = ("DELETE",)

    @extend_schema(summary="An order", responses={200: shapes.ORDER, **shapes.refusals(404)})
    def get(self, request: Request, order_id: str) -> Response:
        """The order as it stands; 404 alike for none and for another's."""
        query_params(request, frozenset())
        return Response(selectors.order_object(_order(request, order_id)))

    @extend_schema(
        summary="Replace an order's terms",
        description=(
            "Accepted: ends in exactly one event, replaced or replace_rejected. Which changes keep the order's place in the queue: "
            "docs/life-cycle.md, Replace."
        ),
        request=shapes.REPLACE,
        responses={202: shapes.ORDER, **shapes.refusals(403, 404, 409, 413, 415)},
    )
    def patch(self, request: Request, order_id: str) -> Response:
        """202 with the order as it stands; 409 once it has ended or is being canceled."""
        query_params(request, frozenset())
        order = _order(request, order_id)
        terms = selectors.instrument_terms([order.symbol_id])[order.symbol_id]
        told = services.order_replace(
            actor=request.user,
            order_id=order_id,
            wanted=entry.parse_replace(request.data, order.type, terms),
            now=timezone.now(),
            request_id=request_id(request),
        )
        return Response(told, status=202)

    @extend_schema(
        summary="Cancel an order",
        description="Ends in exactly one event, canceled or cancel_rejected. While a cancel is under way another changes nothing.",
        request=None,
        responses={202: shapes.ORDER, **shapes.refusals(403, 404, 409, throttled=False)},
    )
    def delete(self, request: Request, order_id: str) -> Response:
        """202 with the order as it stands; 409 once it has ended."""
        query_params(request, frozenset())
        told = services.order_cancel(actor=request.user, order_id=order_id, now=timezone.now(), request_id=request_id(request))
        return Response(told, status=202)


class OrderEvents(APIView):
    """An order's life."""

    @extend_schema(
        summary="An order's events in sequence",
        parameters=shapes.PAGES,
        responses={200: shapes.EVENT_PAGE, **shapes.refusals(404)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """A page, oldest first."""
        params = query_params(request, PAGE_PARAMS)
        events = selectors.events_of(_order(request, order_id))
        return Response(page(request, events, selectors.event_object, params, key="order_seq", descending=False))


class CancelOrders(APIView):
    """Mass cancel. Never throttled."""

    unthrottled_methods = ("POST",)

    @extend_schema(
        summary="Cancel every order in scope that was acknowledged before",
        request=shapes.SCOPE,
        responses={202: shapes.MASS_CANCELED, **shapes.refusals(403, 413, 415, throttled=False)},
    )
    def post(self, request: Request) -> Response:
        """202 with the number of orders a cancel was requested of; 403 for another trader's orders without a role of the desk."""
        query_params(request, frozenset())
        scope = entry.parse_scope(request.data)
        if scope.symbol is not None and not market_selectors.instrument_exists(scope.symbol):
            raise InvalidInput("symbol: unknown symbol; /api/instruments lists them", field="symbol")
        done = services.orders_mass_cancel(actor=request.user, scope=scope, now=timezone.now(), request_id=request_id(request))
        return Response({"request_id": request_id(request), "requested": done.requested}, status=202)


def _order(request: Request, order_id: str) -> Order:
    order = selectors.order_visible(request.user, order_id)
    if order is None:
        raise NotFound("there is no such order")
    return order
