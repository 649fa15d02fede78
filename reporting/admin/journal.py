"""The journal in the admin: every entry with its lines. Read-only for everyone."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from oms_site.infra.rest import decimal_text
from oms_site.infra.word_filter import word_filter
from orders.admin.filters import AccountFilter
from orders.admin.scope import OwnAccountsKeysetAdmin
from reporting.domain.ledger import Cause
from reporting.models import JournalEntry, JournalLine
from schemas.units import grouped


@admin.register(JournalEntry)
class JournalEntryAdmin(OwnAccountsKeysetAdmin):
    """Newest first. An entry is corrected by one that reverses it, never changed."""

    list_display = ("id", "time", "cause", "account", "symbol", "trade_id", "order_id", "reverses", "moved")
    list_filter = (word_filter("cause", Cause), AccountFilter, "time")
    search_by = ("trade_id", "cause_id", "account")
    search_help_text = "trade, execution, instruction or account, written in full"
    fields = ("id", "time", "cause", "cause_id", "account", "symbol", "order_id", "trade_id", "reverses", "moved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        """With the lines of a page read at once."""
        lines = JournalLine.objects.select_related("account").order_by("number")
        return super().get_queryset(request).prefetch_related(Prefetch("postings", lines))

    @admin.display(description="lines")
    def moved(self, entry: JournalEntry) -> str:
        """The lines, one below the other."""
        lines = entry.postings.all()
        told = [
            (line.account.owner, line.account.kind.replace("_", " "), grouped(decimal_text(line.amount)), line.account.asset)
            for line in lines
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}: {} {}</li>", told))
