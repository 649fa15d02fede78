"""Two buttons of every list: save what is searched for, forget it."""

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from oms_site.infra.errors import OmsError
from oms_site.infra.searches import services


@require_POST
def search_save(request: HttpRequest) -> HttpResponse:
    """Save the query of a list this person may see, and go back to it."""
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    _require_list(request, page)
    try:
        saved = services.search_save(actor=request.user, page=page, name=request.POST.get("name", ""), query=query)
    except OmsError as refusal:
        messages.error(request, refusal.message)
        return _to(page, query)
    messages.success(request, f"Saved as {saved.name}.")
    return _to(page, saved.query)


@require_POST
def search_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a search, and go back to its list."""
    try:
        saved = services.search_forget(actor=request.user, pk=pk)
    except OmsError as refusal:
        raise Http404(refusal.message) from refusal
    messages.success(request, f"Forgotten: {saved.name}.")
    return _to(saved.page, "")


def _require_list(request: HttpRequest, name: str) -> None:
    """Raise 404 unless there is such a list and the person may see it."""
    for model, page in admin.site._registry.items():
        if name == f"{model._meta.app_label}_{model._meta.model_name}" and page.has_view_permission(request):
            return
    raise Http404("there is no such list")


def _to(page: str, query: str) -> HttpResponse:
    path = reverse(f"admin:{page}_changelist")
    return HttpResponseRedirect(f"{path}?{query}" if query else path)
