"""Markets' schedules in the admin: what was last done to each, by whom and why, and what its calendar has next."""

from django.contrib import admin

from marketdata.models import InstrumentSchedule
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(InstrumentSchedule)
class InstrumentScheduleAdmin(ReadOnlyAdmin):
    """One row a market; the buttons are with the instruments."""

    list_display = ("instrument", "phase", "auction", "trade_date", "by_hand", "changed_by", "reason", "changed_at", "due_at")
    list_filter = ("phase", "by_hand", "instrument__calendar")
    list_select_related = ("instrument", "changed_by")
    search_fields = ("instrument__symbol", "reason")
    ordering = ("instrument_id",)
