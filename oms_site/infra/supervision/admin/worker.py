"""One row a worker, with what each of its slots does now. Steered by buttons and the count; nothing is added or deleted."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from oms_site import env
from oms_site.infra.errors import OmsError
from oms_site.infra.supervision import services
from oms_site.infra.supervision.admin import views
from oms_site.infra.supervision.models import DesiredWorker, WorkerLease


class WorkerLeaseInline(admin.TabularInline):
    """The slots, to look at."""

    model = WorkerLease
    extra = 0
    can_delete = False
    fields = readonly_fields = ("slot", "state", "generation", "holder", "started_at", "renewed_at", "progress", "message", "task")
    ordering = ("slot",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may see the worker may see its slots."""
        return request.user.has_perm("supervision.view_desiredworker")

    @admin.display(description="task")
    def task(self, lease: WorkerLease) -> SafeString | str:
        """Its present or last run in Flower."""
        if not lease.task_id:
            return ""
        return format_html('<a href="{}/task/{}">{}</a>', env.FLOWER_URL, lease.task_id, lease.task_id[:8])


@admin.register(DesiredWorker)
class DesiredWorkerAdmin(admin.ModelAdmin):
    """The workers page."""

    list_display = ("name", "state", "count", "doing", "holder", "since", "lag", "message", "buttons")
    list_display_links = ("name",)
    ordering = ("name",)
    actions = None
    show_full_result_count = False
    change_list_template = "admin/supervision/workers.html"
    fields = ("name", "state", "count", "restart_requested_at", "updated_at", "buttons")
    readonly_fields = ("name", "state", "restart_requested_at", "updated_at", "buttons")
    inlines = (WorkerLeaseInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DesiredWorker]:
        return super().get_queryset(request).prefetch_related("leases")

    def get_urls(self) -> list[URLPattern]:
        steer = self.admin_site.admin_view(views.steer)
        buttons = [path(f"<str:name>/{verb}/", steer, {"verb": verb}, name=f"supervision_desiredworker_{verb}") for verb in views.VERBS]
        return [*buttons, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"flower_url": env.FLOWER_URL, "title": "Workers"} | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: DesiredWorker, form: Any, change: bool) -> None:
        """Only the count is a field; the service writes it and tells the audit log."""
        try:
            services.worker_count_set(
                actor=request.user, name=obj.name, count=obj.count, now=timezone.now(), request_id=getattr(request, "request_id", "")
            )
        except OmsError as refusal:
            self.message_user(request, refusal.message, level=messages.ERROR)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="doing")
    def doing(self, worker: DesiredWorker) -> str:
        """State of each slot; one whose lease ran out is gone."""
        now = timezone.now()
        return ", ".join(views.doing(lease, now) for lease in _slots(worker))

    @admin.display(description="holder")
    def holder(self, worker: DesiredWorker) -> str:
        """Host and process of each slot."""
        return ", ".join(lease.holder for lease in _slots(worker) if lease.holder)

    @admin.display(description="since (UTC)")
    def since(self, worker: DesiredWorker) -> str:
        """When the first slot's present run began."""
        begun = [lease.started_at for lease in _slots(worker) if lease.holder and lease.started_at]
        return f"{min(begun):%d %b %H:%M:%S}" if begun else ""

    @admin.display(description="lag")
    def lag(self, worker: DesiredWorker) -> str:
        """Records not consumed yet, where the worker tells."""
        told = [lease.progress["lag"] for lease in _slots(worker) if lease.holder and "lag" in lease.progress]
        return f"{sum(told):,}" if told else ""

    @admin.display(description="message")
    def message(self, worker: DesiredWorker) -> str:
        """Why the last run ended."""
        return "; ".join(lease.message for lease in _slots(worker) if lease.message)

    @admin.display(description="")
    def buttons(self, worker: DesiredWorker) -> SafeString:
        """What can be asked of it in its present state."""
        links = (
            (reverse(f"admin:supervision_desiredworker_{verb}", args=[worker.pk]), views.VERBS[verb].button)
            for verb in views.verbs_for(worker.state)
        )
        return format_html_join(" ", '<a class="button" href="{}">{}</a>', links)


def _slots(worker: DesiredWorker) -> list[WorkerLease]:
    return sorted(worker.leases.all(), key=lambda lease: lease.slot)[: worker.count]
