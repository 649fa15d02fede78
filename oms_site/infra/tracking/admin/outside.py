"""Edits outside the product in the admin: to look at, for nobody to change. An alert tells of new ones."""

from django.contrib import admin
from django.urls import URLPattern, path

from oms_site.infra.read_only import ReadOnlyAdmin
from oms_site.infra.tracking.admin.history import chain_page
from oms_site.infra.tracking.models import OutsideEdit


@admin.register(OutsideEdit)
class OutsideEditAdmin(ReadOnlyAdmin):
    """Newest first; who from where, and by which program, as the database knows it."""

    list_display = ("made_at", "operation", "row_table", "row_key", "database_user", "address", "program", "transaction", "told_at")
    list_filter = ("row_table", "operation", "made_at")
    search_fields = ("=row_key", "=row_table", "=database_user", "=transaction")
    search_help_text = "row, table, database user or transaction, written in full"
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        chain = path("chain/<str:key>/", self.admin_site.admin_view(chain_page), name="tracking_chain")
        return [chain, *super().get_urls()]
