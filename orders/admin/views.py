"""Buttons of the pages of orders and executions. What each does is one service, which decides who may."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.asking import REASON, Done, Input, Question, ask
from oms_site.infra.errors import InvalidInput
from oms_site.infra.rest import decimal_text
from orders import services
from orders.domain.desk import CANCEL_CODES, DeskAction
from orders.domain.entry import BUST, Correction, Terms, parse_correction, parse_replace, parse_split
from orders.models import Execution, Order
from orders.selectors import fills_visible, instrument_terms, order_visible
from risk.admin.through_services import request_id

CODE = Input("code", "Told to the client", choices=tuple(code.value for code in CANCEL_CODES))


def order_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then cancel: the desk does it for a reason, a trader asks for it."""
    order = _order(request, pk)
    if not services.desk_may(request.user, DeskAction.CANCEL):
        return ask(request, Order, _cancel_question(order), lambda _: _cancel_requested(request, pk))

    def act(given: Mapping[str, str]) -> str:
        services.order_cancel_by_desk(
            actor=request.user,
            order_id=pk,
            reason=given["reason"],
            code=given["code"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        return f"Cancel sent: {pk}."

    return ask(request, Order, _cancel_question(order, REASON, CODE), act)


def _cancel_requested(request: HttpRequest, pk: str) -> str:
    services.order_cancel(
        actor=request.user, order_id=pk, now=timezone.now(), request_id=request_id(request), reason="asked for in the admin"
    )
    return f"Cancel requested: {pk}."


def _cancel_question(order: Order, *inputs: Input) -> Question:
    return Question(
        title="Cancel an order",
        question="Cancel what is open of this order?",
        button="Cancel the order",
        facts=_facts(order),
        inputs=inputs,
    )


def order_restate(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask for new terms, then set them."""
    order = _order(request, pk)
    wanted = {"quantity": order.quantity, "price": order.price, "stop_price": order.stop_price}
    stand = {name: decimal_text(value) or "" for name, value in wanted.items() if value is not None}
    help_ = "leave as it is to keep it"
    inputs = tuple(Input(name, name.replace("_", " ").capitalize(), value, help_) for name, value in stand.items())

    def act(given: Mapping[str, str]) -> str:
        changed = {name: given[name] for name in stand if given[name] != stand[name]}
        services.order_restate(
            actor=request.user,
            order_id=pk,
            wanted=parse_replace(changed, order.type, _terms(order.symbol_id)),
            reason=given["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        return f"New terms sent: {pk}."

    question = Question(
        title="Restate an order",
        question="Set new terms without the client asking? A new price or a larger quantity loses the order's place.",
        button="Restate the order",
        facts=_facts(order),
        inputs=(*inputs, REASON),
    )
    return ask(request, Order, question, act)


def order_split(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask for the ratio of a split, then restate the order for it."""
    order = _order(request, pk)

    def act(given: Mapping[str, str]) -> str:
        services.order_split(
            actor=request.user,
            order_id=pk,
            ratio=parse_split(given["numerator"], given["denominator"]),
            reason=given["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        return f"Split sent: {pk}."

    question = Question(
        title="Split an order",
        question="Multiply its quantities and divide its prices? The notional stays.",
        button="Split the order",
        facts=_facts(order),
        inputs=(Input("numerator", "New", required=True), Input("denominator", "for old", "1", required=True), REASON),
    )
    return ask(request, Order, question, act)


def trade_correct(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask what a fill's trade is to be, then ask a second person for that."""
    fill = _fill(request, pk)
    inputs = (
        Input("quantity", "Quantity", decimal_text(fill.last_quantity) or "", required=True),
        Input("price", "Price", decimal_text(fill.last_price) or "", required=True),
        REASON,
    )

    def act(given: Mapping[str, str]) -> Done:
        return _correction_asked(request, pk, parse_correction(given["quantity"], given["price"], _terms(fill.symbol)), given["reason"])

    question = Question(
        title="Correct a trade",
        question="Ask a second person to change what both sides of this trade have bought and sold?",
        button="Ask for the correction",
        facts=_fill_facts(fill),
        inputs=inputs,
    )
    return ask(request, Execution, question, act)


def trade_bust(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then ask a second person for the bust of a fill's trade on both sides."""
    fill = _fill(request, pk)

    def act(given: Mapping[str, str]) -> Done:
        return _correction_asked(request, pk, BUST, given["reason"])

    question = Question(
        title="Bust a trade",
        question="Ask a second person to take this trade back on both sides?",
        button="Ask for the bust",
        facts=_fill_facts(fill),
        inputs=(REASON,),
    )
    return ask(request, Execution, question, act)


def _correction_asked(request: HttpRequest, pk: str, wanted: Correction, reason: str) -> Done:
    asked = services.trade_correction_request(
        actor=request.user, execution_id=pk, wanted=wanted, reason=reason, now=timezone.now(), request_id=request_id(request)
    )
    page = reverse("admin:approvals_changerequest_change", args=[asked.pk])
    return Done(f"Asked for, as request {asked.pk}: it waits for a second person.", page)


def _order(request: HttpRequest, pk: str) -> Order:
    _require_permission(request)
    order = order_visible(request.user, pk)
    if order is None:
        raise Http404
    return order


def _fill(request: HttpRequest, pk: str) -> Execution:
    _require_permission(request)
    fill = fills_visible(request.user).filter(pk=pk).first()
    if fill is None:
        raise Http404
    return fill


def _require_permission(request: HttpRequest) -> None:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied


def _terms(symbol: str) -> Terms:
    terms = instrument_terms([symbol]).get(symbol)
    if terms is None:
        raise InvalidInput("the instrument is not known any more")
    return terms


def _facts(order: Order) -> dict[str, str]:
    return {
        "Order": order.pk,
        "Account": order.account_id,
        "Terms": f"{order.side} {decimal_text(order.quantity)} {order.symbol_id} {order.type} {order.tif}",
        "Price": decimal_text(order.price) or "",
        "Open": decimal_text(order.leaves_quantity) or "",
        "Status": order.status,
    }


def _fill_facts(fill: Execution) -> dict[str, str]:
    return {
        "Trade": fill.trade_id or "",
        "Fill": f"{fill.side} {decimal_text(fill.last_quantity) or '0'} {fill.symbol} at {decimal_text(fill.last_price) or '-'}",
        "Order": fill.order_id,
        "Account": fill.account,
        "Time (UTC)": f"{fill.time:%Y-%m-%d %H:%M:%S}",
    }
