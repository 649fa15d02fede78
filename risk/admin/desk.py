"""Desks in the admin: made and renamed; who belongs to one stands on the person's page, which accounts on the account's."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from risk import services
from risk.admin.through_services import ServiceAdmin, request_id
from risk.models import Account, Desk, DeskMember


class _Shown(admin.TabularInline):
    """To look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MemberInline(_Shown):
    """People of the desk."""

    model = DeskMember
    fields = ("user",)


class AccountInline(_Shown):
    """Accounts of the desk."""

    model = Account
    fields = ("code", "name", "active")


@admin.register(Desk)
class DeskAdmin(ServiceAdmin):
    """By code, which stays as it was made."""

    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)
    fields = ("code", "name")
    inlines = (MemberInline, AccountInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Desk | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Desk, form: Any, change: bool) -> None:
        services.desk_save(actor=request.user, code=obj.code, name=obj.name, now=timezone.now(), request_id=request_id(request))
