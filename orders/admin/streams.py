"""How far accounts have been projected. Read-only for everyone."""

from django.contrib import admin

from orders.admin.scope import OwnAccountsAdmin
from orders.models import AccountStream


@admin.register(AccountStream)
class AccountStreamAdmin(OwnAccountsAdmin):
    """By account."""

    list_display = ("account", "account_seq", "fill_seq")
    search_fields = ("=account",)
    ordering = ("account",)
