"""Alerts in the admin: a list to look at, with a button that says one has seen it. Nothing is edited."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from oms_site.infra.alerts import services
from oms_site.infra.alerts.models import Alert
from oms_site.infra.alerts.selectors import sees_alerts
from oms_site.infra.asking import Question, ask
from oms_site.infra.bulk import Bulk, bulk
from oms_site.infra.days import day_filter
from oms_site.infra.read_only import ReadOnlyAdmin


def _acknowledge(request: HttpRequest, alert: Alert, _: Mapping[str, str]) -> None:
    services.acknowledge(actor=request.user, pk=alert.pk, now=timezone.now(), request_id=str(getattr(request, "request_id", "")))


def _what(alerts: Sequence[Alert]) -> Mapping[str, Any]:
    """By kind and severity."""
    kinds = Counter(f"{alert.severity}: {alert.kind}" for alert in alerts)
    return {"Kinds": ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())}


ACKNOWLEDGE = Bulk(
    title="Acknowledge alerts",
    question="Say that you have seen these {count} alerts and look after them?",
    button="Acknowledge them",
    done="Acknowledged",
    act=_acknowledge,
    facts=_what,
    columns=("created_at", "severity", "kind", "text"),
    fits=lambda rows: rows.filter(acknowledged_at=None),
)


class OpenFilter(admin.SimpleListFilter):
    """Whether somebody has seen it."""

    title = "seen"
    parameter_name = "seen"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "by nobody yet"), ("yes", "acknowledged")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        return queryset if self.value() is None else queryset.filter(acknowledged_at__isnull=self.value() == "no")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """Newest first."""

    list_display = ("created_at", "severity", "kind", "text", "page", "acknowledged_by", "acknowledged_at", "acknowledge")
    list_display_links = ("created_at",)
    list_filter = (OpenFilter, "severity", "kind", day_filter("created_at"))
    list_select_related = ("acknowledged_by",)
    search_fields = ("text", "=key")
    ordering = ("-id",)
    actions = ("acknowledge_many",)
    fields = ("created_at", "severity", "kind", "text", "page", "key", "acknowledged_by", "acknowledged_at", "acknowledge")

    @admin.display(description="look at")
    def page(self, alert: Alert) -> str:
        """A link to what it is about."""
        return format_html('<a href="{}">{}</a>', alert.link, alert.link) if alert.link.startswith("/") else ""

    @admin.display(description="")
    def acknowledge(self, alert: Alert) -> str:
        """The button, until somebody has pressed it."""
        if alert.acknowledged_at is not None:
            return ""
        return format_html('<a class="button" href="{}">Acknowledge</a>', reverse("admin:alerts_alert_acknowledge", args=[alert.pk]))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For those who may press the button of a row."""
        return super().get_actions(request) if sees_alerts(request.user) else {}

    @admin.action(description="Acknowledge, after a page that says which")
    def acknowledge_many(self, request: HttpRequest, rows: QuerySet[Alert]) -> HttpResponse | None:
        """Of the chosen rows, or of all that the filter finds."""
        return bulk(self, request, rows, ACKNOWLEDGE)

    def get_urls(self) -> list[URLPattern]:
        button = path("<int:pk>/acknowledge/", self.admin_site.admin_view(alert_acknowledge), name="alerts_alert_acknowledge")
        return [button, *super().get_urls()]


def alert_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then acknowledge. A second click says that it was done before."""
    if not request.user.has_perm("alerts.view_alert") or not sees_alerts(request.user):
        raise PermissionDenied
    alert = get_object_or_404(Alert, pk=pk)

    def act(_: Any) -> str:
        seen, first = services.acknowledge(
            actor=request.user, pk=pk, now=timezone.now(), request_id=str(getattr(request, "request_id", ""))
        )
        return f"Acknowledged: {seen.text}" if first else f"{seen.acknowledged_by} had acknowledged it before."

    facts = {"Alert": alert.text, "Severity": alert.severity, "Since (UTC)": alert.created_at}
    question = Question(
        title="Acknowledge an alert", question="Say that you have seen this and look after it?", button="Acknowledge", facts=facts
    )
    return ask(request, Alert, question, act)
