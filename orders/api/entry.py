"""`/api/orders`: enter an order, list orders; `/api/orders/bulk`: enter up to 500 in one go."""

import secrets
import time
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from oms_site.infra import metrics
from oms_site.infra.errors import OmsError
from oms_site.infra.rest import choice, moment, page, query_params
from oms_site.infra.rest.pages import PAGE_PARAMS
from oms_site.infra.rest.parsing import BULK_BODY_LIMIT
from orders import selectors, services
from orders.api import shapes, waiting
from orders.domain import entry
from orders.domain.desk import Source
from orders.services.intake import KeyGiven
from risk.api.bodies import request_id
from schemas.enums import Side
from schemas.ids import RANDOM_BITS

_FILTERS = frozenset({"account", "symbol", "side", "status", "from", "to"})
_STAGE = metrics.ORDER_STAGE_SECONDS.labels("entry")


class Orders(APIView):
    """Orders: entry and list."""

    @extend_schema(
        operation_id="orders_list",
        summary="Orders of your accounts, newest first",
        parameters=[shapes.ACCOUNT, shapes.SYMBOL, shapes.SIDE, shapes.STATUS, shapes.FROM, shapes.TO, *shapes.PAGES],
        responses={200: shapes.ORDER_PAGE, **shapes.refusals()},
    )
    def get(self, request: Request) -> Response:
        """A page; `from` and `to` are about the time of entry."""
        params = query_params(request, _FILTERS | PAGE_PARAMS)
        orders = selectors.orders_visible(request.user)
        if "account" in params:
            orders = orders.filter(account=params["account"])
        if "symbol" in params:
            orders = orders.filter(symbol=params["symbol"])
        if "side" in params:
            orders = orders.filter(side=choice(params["side"], "side", tuple(Side)))
        if "status" in params:
            orders = orders.filter(status=choice(params["status"], "status", shapes.STATUSES))
        if "from" in params:
            orders = orders.filter(created_at__gte=moment(params["from"], "from"))
        if "to" in params:
            orders = orders.filter(created_at__lt=moment(params["to"], "to"))
        return Response(page(request, orders, selectors.order_object, params))

    @extend_schema(
        operation_id="orders_create",
        summary="Enter an order",
        description=(
            "Answered once the order is on disk. Without a key, the same client_order_id and body give the first answer again. "
            "Each type takes its own fields: any other is refused, whatever its value."
        ),
        parameters=[shapes.KEY, shapes.WAIT, shapes.LOCATION, shapes.replayed(201)],
        request=shapes.NEW_ORDER,
        responses={201: shapes.ORDER, **shapes.refusals(403, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """201 with the order as stored; `Location` leads to it."""
        query_params(request, frozenset())
        begun = time.perf_counter()
        try:
            done = self._entered(request)
        except OmsError:
            metrics.ORDERS_ENTERED.labels("refused").inc()
            raise
        metrics.ORDERS_ENTERED.labels("repeated" if done.replayed else "accepted").inc()
        _STAGE.observe(time.perf_counter() - begun)
        told = done.order
        seconds = waiting.seconds_preferred(request)
        if seconds:
            waiting.until_answered(told["account"], told["id"], seconds)
            now_is = selectors.order_visible(request.user, told["id"])
            told = told if now_is is None else selectors.order_object(now_is)
        return Response(told, status=201, headers=_headers(request, done, told["id"], seconds))

    def _entered(self, request: Request) -> services.Submission:
        body = request.data
        order = entry.parse_order(body, selectors.instrument_terms(entry.symbols_named([body])))
        return services.order_submit(
            actor=request.user,
            order=order,
            now=timezone.now(),
            request_id=request_id(request),
            unique=secrets.randbits(RANDOM_BITS),
            key=_key(request, "order", [body], [order]),
            door=_door(request),
        )


class BulkOrders(APIView):
    """Bulk entry."""

    body_limit = BULK_BODY_LIMIT

    @extend_schema(
        summary="Enter 1 to 500 orders in one transaction",
        description="An item that cannot be entered is answered by its error alone; the others are entered.",
        parameters=[shapes.KEY, shapes.replayed(200)],
        request=shapes.BULK,
        responses={200: shapes.BULK_ANSWER, **shapes.refusals(403, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """200 with an order or an error for each item, in the order of the request."""
        query_params(request, frozenset())
        begun = time.perf_counter()
        with waiting.turn():
            done = self._entered(request)
        entered = sum("order" in answer for answer in done.answers)
        metrics.ORDERS_ENTERED.labels("repeated" if done.replayed else "accepted").inc(entered)
        metrics.ORDERS_ENTERED.labels("refused").inc(len(done.answers) - entered)
        _STAGE.observe(time.perf_counter() - begun)
        results = [{"index": index, **answer} for index, answer in enumerate(done.answers)]
        return Response({"results": results}, headers={"Idempotent-Replayed": "true"} if done.replayed else {})

    def _entered(self, request: Request) -> services.Submission:
        items = entry.parse_bulk(request.data)
        read = entry.parse_items(items, selectors.instrument_terms(entry.symbols_named(items)))
        return services.orders_submit(
            actor=request.user,
            items=read,
            now=timezone.now(),
            request_id=request_id(request),
            unique=secrets.randbits(RANDOM_BITS),
            key=_key(request, "bulk", items, read),
            door=_door(request),
        )


def _door(request: Request) -> Source:
    """A program comes with a token, a person at the blotter with a session."""
    return Source.REST if request.auth else Source.BLOTTER


def _key(request: Request, kind: str, items: list[Any], read: list[entry.NewOrder | OmsError] | list[entry.NewOrder]) -> KeyGiven | None:
    key = entry.idempotency_key(request.headers.get("Idempotency-Key"))
    return None if key is None else KeyGiven(key, entry.digest(kind, items, read))


def _headers(request: Request, done: services.Submission, order_id: str, seconds: int) -> dict[str, str]:
    headers = {"Location": f"{request.path}/{order_id}"}
    if done.replayed:
        headers["Idempotent-Replayed"] = "true"
    if seconds:
        headers["Preference-Applied"] = f"wait={seconds}"
    return headers
