"""Depth in the admin: a list to look at."""

from django.contrib import admin
from django.utils import timezone

from marketdata.admin.ages import age
from marketdata.models import DepthSnapshot
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(DepthSnapshot)
class DepthSnapshotAdmin(ReadOnlyAdmin):
    """One row a symbol: best level of each side, how many levels there are, where the reader stands."""

    list_display = (
        "symbol",
        "phase",
        "auction",
        "best_bid",
        "best_ask",
        "levels",
        "last",
        "age",
        "seq",
        "book_seq",
        "partition",
        "replay_from",
    )
    list_filter = ("phase",)
    search_fields = ("symbol",)
    ordering = ("symbol",)

    @admin.display(description="best bid")
    def best_bid(self, row: DepthSnapshot) -> str:
        return self._best(row.bids)

    @admin.display(description="best ask")
    def best_ask(self, row: DepthSnapshot) -> str:
        return self._best(row.asks)

    @admin.display(description="levels")
    def levels(self, row: DepthSnapshot) -> str:
        return f"{len(row.bids)} / {len(row.asks)}"

    @admin.display(description="age", ordering="-updated_at")
    def age(self, row: DepthSnapshot) -> str:
        return age(row.updated_at, timezone.now())

    @staticmethod
    def _best(side: list[list[str]]) -> str:
        return f"{side[0][0]} x {side[0][1]}" if side else "—"
