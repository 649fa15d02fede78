"""Buttons of the pages of orders: a question, one service call, a message."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.errors import OmsError
from orders import services
from orders.models import Order
from orders.selectors import order_visible
from risk.admin.through_services import request_id


def order_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then ask for the order's cancel."""
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    order = order_visible(request.user, pk)
    if order is None:
        raise Http404
    back = reverse("admin:orders_order_changelist")
    if request.method != "POST":
        facts = {
            "Order": order.pk,
            "Account": order.account_id,
            "Terms": f"{order.side} {order.quantity.normalize():f} {order.symbol_id} {order.type}",
            "Price": "" if order.price is None else f"{order.price.normalize():f}",
            "Open": f"{order.leaves_quantity.normalize():f}",
            "Status": order.status,
        }
        told = {"title": "Cancel an order", "question": "Cancel what is open of this order?", "button": "Cancel the order", "facts": facts}
        context = admin.site.each_context(request) | told | {"back": back, "opts": Order._meta}
        return TemplateResponse(request, "admin/risk/confirm.html", context)
    try:
        services.order_cancel(
            actor=request.user, order_id=pk, now=timezone.now(), request_id=request_id(request), reason="asked for in the admin"
        )
        messages.success(request, f"Cancel requested: {pk}.")
    except OmsError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(back)
