"""What the bus keeps in PostgreSQL, to look at: nobody edits it, workers and services write it."""

from django.contrib import admin
from django.urls import URLPattern, path

from oms_site.infra.bus.admin import letters
from oms_site.infra.bus.models import ConsumedOffset, OutboxMessage, WorkerSnapshot
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    """Commands acknowledged and not yet sent: empty while the relay runs."""

    list_display = ("id", "topic", "key", "partition", "schema_version", "bytes", "created_at")
    fields = list_display
    list_filter = ("topic",)
    search_fields = ("key",)
    ordering = ("id",)
    change_list_template = "admin/bus/outbox.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        button = path("dead-letters/<str:topic>/<int:partition>/<int:offset>/", view(letters.letter_replay), name="bus_letter_replay")
        return [path("dead-letters/", view(letters.letters), name="bus_letters"), button, *super().get_urls()]

    @admin.display(description="bytes")
    def bytes(self, message: OutboxMessage) -> int:
        """How large the body is."""
        return len(message.body)


@admin.register(ConsumedOffset)
class ConsumedOffsetAdmin(ReadOnlyAdmin):
    """Where each projection stands."""

    list_display = ("group", "topic", "partition", "offset", "updated_at")
    fields = list_display
    list_filter = ("group", "topic")
    ordering = ("group", "topic", "partition")


@admin.register(WorkerSnapshot)
class WorkerSnapshotAdmin(ReadOnlyAdmin):
    """The last snapshots of each fold; the newest whole one is what a start begins with."""

    list_display = ("worker", "partition", "offsets", "format_version", "bytes", "created_at", "id")
    fields = (*list_display, "state_hash", "checksum")
    list_filter = ("worker", "partition")
    ordering = ("-id",)

    @admin.display(description="bytes")
    def bytes(self, snapshot: WorkerSnapshot) -> int:
        """How large the compressed state is."""
        return len(snapshot.payload)
