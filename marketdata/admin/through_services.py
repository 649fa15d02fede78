"""How this room's admin pages write: through one service each, whose refusal becomes a message on the page that shows what is stored."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from oms_site.infra.errors import OmsError


class ServiceAdmin(admin.ModelAdmin):
    """Nothing is deleted, nothing changed in bulk; what the service refuses is said, not raised."""

    list_per_page = 100
    show_full_result_count = False
    actions: Any = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except OmsError as error:
            self.message_user(request, error.message, level=messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


def request_id(request: HttpRequest) -> str:
    """The id the audit entry carries, as every log line of this request does."""
    return str(getattr(request, "request_id", ""))
