"""Accounts in the admin. They are never deleted, only set inactive."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from risk import services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import Account, Entitlement


class EntitlementInline(admin.TabularInline):
    """Who may use the account; changed on the page of entitlements."""

    model = Entitlement
    fields = readonly_fields = ("user", "can_trade", "side", "types", "group")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(ServiceAdmin):
    """By code; code and kind stay as they were made."""

    list_display = ("code", "name", "kind", "desk", "currency", "active", "close_only", "self_trade_group")
    list_filter = ("kind", "desk", "active", "currency", "self_trade_group")
    list_select_related = ("desk",)
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = ("code", "name", "kind", "desk", "currency", "active", "close_only", "self_trade_group")
    inlines = (EntitlementInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        return ("code", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        services.account_save(
            actor=request.user,
            code=obj.code,
            name=obj.name,
            kind=obj.kind,
            currency=obj.currency,
            active=obj.active,
            close_only=obj.close_only,
            self_trade_group=obj.self_trade_group,
            desk=obj.desk_id or "",
            now=timezone.now(),
            request_id=request_id(request),
        )
