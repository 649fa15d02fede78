"""What a worker writes and nobody edits: pages to look at."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):
    """No adding, changing or deleting, for anyone."""

    list_per_page = 100
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def age(since: datetime, now: datetime) -> str:
    """An age a person takes in at a glance: 0.4 s, 12 s, 3 min, 5 h, 2 d."""
    tenths = max(0, int((now - since).total_seconds() * 10))
    if tenths < 100:
        return f"{tenths // 10}.{tenths % 10} s"
    seconds = tenths // 10
    for unit, size, bound in (("s", 1, 120), ("min", 60, 7_200), ("h", 3_600, 172_800)):
        if seconds < bound:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86_400} d"
