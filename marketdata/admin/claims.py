"""Feeds' claims in the admin: who feeds which symbol."""

from django.contrib import admin
from django.utils import timezone

from marketdata.models import FeedClaim
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(FeedClaim)
class FeedClaimAdmin(ReadOnlyAdmin):
    """Claims of replays; an expired one has no effect."""

    list_display = ("symbol", "holder", "state", "until")
    list_filter = ("finished",)
    search_fields = ("symbol", "holder")
    ordering = ("symbol",)

    @admin.display(description="state")
    def state(self, row: FeedClaim) -> str:
        if row.until <= timezone.now():
            return "expired"
        return "ended, quotes left standing" if row.finished else "running"
