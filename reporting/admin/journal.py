"""The journal in the admin: every entry with its lines. Read-only for everyone."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from oms_site.infra.rest import decimal_text
from oms_site.infra.word_filter import word_filter
from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsAdmin
from reporting import selectors
from reporting.domain.ledger import Cause
from reporting.models import JournalEntry


@admin.register(JournalEntry)
class JournalEntryAdmin(OwnAccountsAdmin):
    """Newest first. An entry is corrected by one that reverses it, never changed."""

    list_display = ("id", "time", "cause", "account", "symbol", "trade_id", "order_id", "reverses", "moved")
    list_filter = (word_filter("cause", Cause), AccountFilter, "time")
    search_fields = ("=cause_id", "=trade_id", "=order_id", "=account", "=symbol")
    search_help_text = "execution, trade, order, account or symbol, written in full"
    ordering = ("-id",)
    fields = ("id", "time", "cause", "cause_id", "account", "symbol", "order_id", "trade_id", "reverses", "moved")

    @admin.display(description="lines")
    def moved(self, entry: JournalEntry) -> str:
        """The lines, one below the other."""
        lines = selectors.lines_of([entry])[entry.pk]
        told = [(line.account.owner, line.account.kind.replace("_", " "), decimal_text(line.amount), line.account.asset) for line in lines]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}: {} {}</li>", told))
