"""Requests in the admin: what waits for whom, a page that says in words what will change, and the history. Nothing is edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from oms_site.infra.approvals import selectors
from oms_site.infra.approvals.admin import views
from oms_site.infra.approvals.kinds import KINDS
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.states import WAITING, State
from oms_site.infra.read_only import ReadOnlyAdmin


class QueueFilter(admin.SimpleListFilter):
    """Whose turn it is."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("decide", "waiting for me"), ("own", "asked by me"), ("waiting", "waiting for anybody"), ("alone", "break-glass")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
        match self.value():
            case "decide":
                return queryset.filter(pk__in=[one.pk for one in selectors.requests_to_decide(request.user, timezone.now())])
            case "own":
                return queryset.filter(requested_by=request.user.pk)
            case "waiting":
                return queryset.filter(state__in=WAITING)
            case "alone":
                return queryset.filter(break_glass=True)
        return queryset


class KindFilter(admin.SimpleListFilter):
    """What is asked for."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted((kind.name, kind.words) for kind in KINDS.values())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ChangeRequest]) -> QuerySet[ChangeRequest]:
        return queryset if self.value() is None else queryset.filter(kind=self.value())


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ReadOnlyAdmin):
    """Newest first; above the list what one person did alone and nobody has reviewed, and what waits for the one who looks."""

    list_display = (
        "id",
        "title",
        "reason",
        "requested_by",
        "requested_at",
        "expires_at",
        "stands",
        "decided_by",
        "revert_at",
        "break_glass",
    )
    list_display_links = ("id", "title")
    list_filter = (QueueFilter, "state", KindFilter, "break_glass", "requested_at")
    list_select_related = ("requested_by", "decided_by")
    search_fields = ("=id", "title", "reason", "=requested_by__username", "=decided_by__username")
    search_help_text = "number, words of the title or reason, or a user written in full"
    ordering = ("-id",)
    change_list_template = "admin/approvals/requests.html"

    @admin.display(description="state", ordering="state")
    def stands(self, request: ChangeRequest) -> str:
        """In words; one whose time is over says so before the clock has come round."""
        if request.state in WAITING and request.expires_at <= timezone.now():
            return State.EXPIRED.label
        return request.get_state_display()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        lists = {"alone": selectors.break_glass_open(), "to_decide": selectors.requests_to_decide(request.user, timezone.now())}
        return super().changelist_view(request, {"title": "Requests"} | lists | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.request_page(request, object_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(views.act)
        buttons = [path(f"<int:pk>/{verb}/", view, {"verb": verb}, name=f"approvals_changerequest_{verb}") for verb in views.VERBS]
        return [*buttons, *super().get_urls()]
