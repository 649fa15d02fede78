"""The synthetic market in the admin: how it is asked to behave, since which step of its tape it does, and the button to change it."""

from collections.abc import Mapping

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from marketdata import services
from marketdata.admin.through_services import request_id
from marketdata.domain.synthetic import COURSES
from marketdata.models import SyntheticRegime
from marketdata.selectors import synthetic_regime
from oms_site.infra.asking import REASON, Input, Question, ask
from oms_site.infra.read_only import ReadOnlyAdmin


@admin.register(SyntheticRegime)
class SyntheticRegimeAdmin(ReadOnlyAdmin):
    """One row: what is asked for, by whom and why, and what is in force."""

    list_display = ("regime", "changed_by", "changed_at", "reason", "told_regime", "told_seed", "told_step", "told_at", "change")
    list_display_links = None
    list_select_related = ("changed_by",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(change_regime)
        return [path("turn/", view, name="marketdata_syntheticregime_turn"), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The button only for who may press it."""
        return self.list_display if services.allowed(request.user, services.DESK) else self.list_display[:-1]

    @admin.display(description="")
    def change(self, row: SyntheticRegime) -> str:
        return format_html('<a class="button" href="{}">Change</a>', reverse("admin:marketdata_syntheticregime_turn"))


def change_regime(request: HttpRequest) -> HttpResponse:
    """Ask for the regime and why."""
    if not request.user.has_perm("marketdata.view_syntheticregime") or not services.allowed(request.user, services.DESK):
        raise PermissionDenied
    now = synthetic_regime()
    question = Question(
        title="Change the synthetic market",
        question="All symbols that no file feeds turn to this regime within five seconds, from the prices there are.",
        button="Change",
        facts={"Asked for": now.regime, "In force": now.told_regime or "not told yet"},
        inputs=(Input("regime", "Regime", value=now.regime, required=True, choices=COURSES), REASON),
    )

    def act(given: Mapping[str, str]) -> str:
        changed = services.regime_change(
            actor=request.user,
            regime=given["regime"],
            reason=given["reason"],
            now=timezone.now(),
            request_id=request_id(request),
        )
        return f"The synthetic market turns to {changed.regime}."

    return ask(request, SyntheticRegime, question, act)
