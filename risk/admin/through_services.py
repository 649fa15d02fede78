"""How this room's admin pages write: through one service each, whose refusal becomes a message on the page the person was on."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from oms_site.infra.errors import OmsError


class ServiceAdmin(admin.ModelAdmin):
    """Lists are dense; nothing is deleted or changed in bulk; a service's refusal is shown, not a traceback."""

    list_per_page = 100
    show_full_result_count = False
    actions = None

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _shown(request, lambda: super(ServiceAdmin, self).changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _shown(request, lambda: super(ServiceAdmin, self).delete_view(request, *args, **kwargs))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _shown(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return view()
    except OmsError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(request.get_full_path())


def request_id(request: HttpRequest) -> str:
    """The id the audit entry carries, as every log line of this request does."""
    return str(getattr(request, "request_id", ""))
