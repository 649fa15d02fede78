"""Orders in the admin: a dense list to look at, with buttons to cancel, restate and split."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from oms_site.infra.bulk import bulk
from oms_site.infra.days import day_filter
from oms_site.infra.word_filter import word_filter
from orders import services
from orders.admin import views
from orders.admin.bulk import cancel_of
from orders.admin.filters import AccountFilter
from orders.admin.order_page import order_page
from orders.admin.scope import OwnAccountsKeysetAdmin
from orders.domain.desk import DeskAction, Source
from orders.domain.state import OPEN, SYSTEM
from orders.models import Order
from orders.selectors import order_object
from schemas.enums import OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce

_BUTTONS = {"cancel": "Cancel", "restate": "Restate", "split": "Split"}


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
class OrderAdmin(OwnAccountsKeysetAdmin):
    """Newest first. Orders are entered by REST or the blotter, and changed only by what happens to them."""

    list_display = (
        *("id", "created_at", "account_id", "symbol_id", "side", "type", "tif", "quantity", "price", "stop_price", "status"),
        *("cum_quantity", "leaves_quantity", "avg_price", "display_quantity", "expire_date", "trade_date", "client_order_id"),
        *("entered_by", "source", "cancel"),
    )
    list_filter = (
        *(OpenFilter, word_filter("status", OrderStatus), AccountFilter, "symbol", word_filter("side", Side)),
        *(word_filter("type", OrderType), word_filter("tif", TimeInForce), word_filter("source", [*Source, SYSTEM])),
        *("triggered", "post_only", "reduce_only", word_filter("self_trade_prevention", SelfTradePrevention)),
        *("trade_date", "expire_date", day_filter("created_at")),
    )
    day_field = "created_at"
    list_select_related = ("entered_by",)
    search_by = ("id", "client_order_id", "account", "symbol")
    search_help_text = "order, client order id, account or symbol, written in full"
    actions = ("cancel_many",)
    change_form_template = "admin/orders/order.html"
    fields = (
        *("id", "client_order_id", "account", "symbol", "side", "type", "tif", "quantity", "price", "stop_price", "trail_offset"),
        *("display_quantity", "expire_date", "post_only", "reduce_only", "self_trade_prevention", "trade_date", "status", "triggered"),
        *("cum_quantity", "leaves_quantity", "avg_price", "reject", "version"),
        *("entered_quantity", "entered_price", "entered_conditions", "entered_by", "source", "request_id"),
        *("created_at", "updated_at"),
    )

    @admin.display(description="avg price")
    def avg_price(self, order: Order) -> str | None:
        """As REST tells it."""
        price: str | None = order_object(order)["avg_price"]
        return price

    @admin.display(description="")
    def cancel(self, order: Order) -> str:
        """The button, while the order is open."""
        return self._button(order, "cancel") if self._cancelable(order) else ""

    @staticmethod
    def _cancelable(order: Order) -> bool:
        return order.working in OPEN and not order.cancel_requested and not order.cancel_pending

    @staticmethod
    def _button(order: Order, name: str) -> str:
        return format_html('<a class="button" href="{}">{}</a>', reverse(f"admin:orders_order_{name}", args=[order.pk]), _BUTTONS[name])

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Without the button for those who may not press it."""
        return tuple(name for name in self.list_display if name != "cancel" or request.user.has_perm("orders.change_order"))

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> HttpResponse:
        """The page with all that is known of the order, and the buttons that this person may press while it is open."""
        order = options.get("obj")
        if order is not None:
            context |= {**order_page(request, order), "words": order.status.replace("_", " "), "buttons": self._buttons(request, order)}
        return super().render_change_form(request, context, *args, **options)

    def _buttons(self, request: HttpRequest, order: Order) -> list[str]:
        """The service refuses who may not press one; a page shows only those that would be let through."""
        if order.working not in OPEN or not request.user.has_perm("orders.change_order"):
            return []
        names = _BUTTONS if services.desk_may(request.user, DeskAction.RESTATE) else ["cancel"]
        return [self._button(order, name) for name in names if name != "cancel" or self._cancelable(order)]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For those who may press the button of a row."""
        return super().get_actions(request) if request.user.has_perm("orders.change_order") else {}

    @admin.action(description="Cancel, after a page that says which")
    def cancel_many(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        """Of the chosen rows, or of all that the filter finds."""
        return bulk(self, request, rows, cancel_of(request))

    def get_urls(self) -> list[URLPattern]:
        pages = {"cancel": views.order_cancel, "restate": views.order_restate, "split": views.order_split}
        view = self.admin_site.admin_view
        own = [path(f"<str:pk>/{name}/", view(page), name=f"orders_order_{name}") for name, page in pages.items()]
        return [*own, *super().get_urls()]
