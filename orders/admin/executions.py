"""Executions in the admin: every step of every order. Read-only for everyone; a fill has buttons that ask for its trade's correction."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from oms_site.infra.days import day_filter
from oms_site.infra.word_filter import word_filter
from orders import services
from orders.admin import views
from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsKeysetAdmin
from orders.domain.desk import DeskAction
from orders.models import Execution, Order
from schemas.enums import ExecType, OrderStatus, Side


def _ordered(symbol: str) -> bool:
    """Whether anybody ever ordered it: what nobody did has no executions, and no index would say so."""
    return Order.objects.filter(symbol=symbol).exists()


@admin.register(Execution)
class ExecutionAdmin(OwnAccountsKeysetAdmin):
    """Newest first; found by order, trade or account."""

    list_display = (
        *("id", "time", "account", "account_seq", "order_id", "order_seq", "symbol", "side", "type", "status", "last_quantity"),
        *("last_price", "cum_quantity", "leaves_quantity", "trade_id", "liquidity", "reason"),
    )
    list_filter = (
        word_filter("type", ExecType),
        word_filter("status", OrderStatus),
        AccountFilter,
        word_filter("side", Side),
        day_filter("time"),
    )
    time_field = "time"
    search_by = ("id", "order_id", "trade_id", "account", "symbol")
    known = {**OwnAccountsKeysetAdmin.known, "symbol": _ordered}
    search_help_text = "execution, order, trade, account or symbol, written in full"
    fields = (
        *("id", "account", "account_seq", "order", "order_seq", "fill_seq", "symbol", "side", "type", "status", "quantity", "price"),
        *("cum_quantity", "leaves_quantity", "cum_notional", "last_quantity", "last_price", "trade_id", "liquidity", "reason", "message"),
        *("detail", "time", "desk"),
    )

    @admin.display(description="desk")
    def desk(self, step: Execution) -> str:
        """The buttons, on a fill."""
        if step.fill_seq is None:
            return ""
        bust, correct = (reverse(f"admin:orders_execution_{name}", args=[step.pk]) for name in ("bust", "correct"))
        return format_html(
            '<a class="button" href="{}">Bust the trade</a> <a class="button" href="{}">Correct the trade</a>', bust, correct
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Without the buttons for those who may not press them."""
        may = services.desk_may(request.user, DeskAction.TRADE_CORRECT)
        return tuple(name for name in self.fields if name != "desk" or may)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        bust = path("<str:pk>/bust/", view(views.trade_bust), name="orders_execution_bust")
        correct = path("<str:pk>/correct/", view(views.trade_correct), name="orders_execution_correct")
        return [bust, correct, *super().get_urls()]
