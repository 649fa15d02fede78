"""Orders in the admin: a dense list to look at, with a button that asks for a cancel."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from orders.admin import views
from orders.admin.scope import AccountFilter, OwnAccountsAdmin, word_filter
from orders.domain.state import OPEN
from orders.models import Order
from orders.selectors import order_object
from schemas.enums import OrderStatus, OrderType, Side, TimeInForce


class OpenFilter(admin.SimpleListFilter):
    """Open or closed, beneath requests that are pending."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "open"), ("no", "closed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "yes":
                return queryset.filter(working__in=OPEN)
            case "no":
                return queryset.exclude(working__in=OPEN)
        return queryset


@admin.register(Order)
class OrderAdmin(OwnAccountsAdmin):
    """Newest first. Orders are entered by REST or the blotter, and changed only by what happens to them."""

    list_display = (
        *("id", "created_at", "account_id", "symbol_id", "side", "type", "tif", "quantity", "price", "status"),
        *("cum_quantity", "leaves_quantity", "avg_price", "client_order_id", "entered_by", "cancel"),
    )
    list_filter = (
        *(OpenFilter, word_filter("status", OrderStatus), AccountFilter, "symbol", word_filter("side", Side)),
        *(word_filter("type", OrderType), word_filter("tif", TimeInForce), "created_at"),
    )
    list_select_related = ("entered_by",)
    search_fields = ("=id", "=client_order_id", "=account__code", "=symbol__symbol")
    search_help_text = "order, client order id, account or symbol, written in full"
    ordering = ("-id",)
    fields = (
        *("id", "client_order_id", "account", "symbol", "side", "type", "tif", "quantity", "price", "status", "cum_quantity"),
        *("leaves_quantity", "avg_price", "reject", "version", "entered_quantity", "entered_price", "entered_by", "request_id"),
        *("created_at", "updated_at", "links", "cancel"),
    )

    @admin.display(description="avg price")
    def avg_price(self, order: Order) -> str | None:
        """As REST tells it."""
        price: str | None = order_object(order)["avg_price"]
        return price

    @admin.display(description="more")
    def links(self, order: Order) -> str:
        """To the order's executions and to what was asked for it."""
        executions = reverse("admin:orders_execution_changelist") + "?" + urlencode({"order__id__exact": order.pk})
        audit = reverse("admin:audit_auditentry_changelist") + "?" + urlencode({"object_type": "order", "object_id": order.pk})
        return format_html('<a href="{}">Executions</a> · <a href="{}">Audit</a>', executions, audit)

    @admin.display(description="")
    def cancel(self, order: Order) -> str:
        """The button, while the order is open."""
        if order.working not in OPEN or order.cancel_requested or order.cancel_pending:
            return ""
        return format_html('<a class="button" href="{}">Cancel</a>', reverse("admin:orders_order_cancel", args=[order.pk]))

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Without the button for those who may not press it."""
        return tuple(name for name in self.list_display if name != "cancel" or request.user.has_perm("orders.change_order"))

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        return tuple(name for name in self.fields if name != "cancel" or request.user.has_perm("orders.change_order"))

    def get_urls(self) -> list[URLPattern]:
        cancel = path("<str:pk>/cancel/", self.admin_site.admin_view(views.order_cancel), name="orders_order_cancel")
        return [cancel, *super().get_urls()]
