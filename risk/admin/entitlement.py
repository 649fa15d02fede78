"""Entitlements in the admin: who sees and who trades which account."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from risk import services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import Entitlement


@admin.register(Entitlement)
class EntitlementAdmin(ServiceAdmin):
    """By user; nobody changes one's own."""

    list_display = ("user", "account", "can_trade")
    list_filter = ("can_trade", "account")
    list_select_related = ("user", "account")
    search_fields = ("user__username", "account__code")
    autocomplete_fields = ("user", "account")
    ordering = ("user__username", "account")
    fields = ("user", "account", "can_trade")

    def get_readonly_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> tuple[str, ...]:
        return ("user", "account") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("risk.delete_entitlement"))

    def save_model(self, request: HttpRequest, obj: Entitlement, form: Any, change: bool) -> None:
        saved = services.entitlement_set(
            actor=request.user,
            user=obj.user,
            account=obj.account,
            can_trade=obj.can_trade,
            now=timezone.now(),
            request_id=request_id(request),
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Entitlement) -> None:
        services.entitlement_remove(actor=request.user, entitlement=obj, now=timezone.now(), request_id=request_id(request))
