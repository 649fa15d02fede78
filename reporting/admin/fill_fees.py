"""What each fill was charged, in the admin. Read-only for everyone."""

from django.contrib import admin

from oms_site.infra.word_filter import word_filter
from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsKeysetAdmin
from reporting.models import FillFee
from schemas.enums import Liquidity


@admin.register(FillFee)
class FillFeeAdmin(OwnAccountsKeysetAdmin):
    """What each fill was charged, newest first; what takes a fee back is a row below zero."""

    list_display = (
        *("id", "made_at", "account", "symbol", "side", "liquidity", "quantity", "price", "notional", "currency", "bps", "fee", "tax"),
        *("schedule_id", "trade_id"),
    )
    list_filter = (AccountFilter, word_filter("liquidity", Liquidity), "made_at")
    time_field = "entry"
    search_by = ("id", "trade_id", "account")
    search_help_text = "execution, trade or account, written in full"
