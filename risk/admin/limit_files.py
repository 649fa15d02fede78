"""Limits out of and into a CSV file; and the button that takes a limit away. An import shows first what each line would change."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.asking import REASON, Done, Question, ask
from oms_site.infra.errors import OmsError
from risk import services
from risk.admin.through_services import request_id
from risk.domain.limits import UNITS, Rule
from risk.models import Limit
from risk.services import limit_files as files


class UploadForm(forms.Form):
    """A file, or the text that was shown before; and why, where lines loosen."""

    file = forms.FileField(required=False, help_text=f"CSV, UTF-8, first line {','.join(files.COLUMNS)}")
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False, max_length=files.MOST_BYTES)
    reason = forms.CharField(max_length=200, required=False, help_text="needed where lines let more through: a second person reads it")


def export(request: HttpRequest) -> HttpResponse:
    """Every limit as it was set last."""
    if not request.user.has_perm("risk.view_limit"):
        raise PermissionDenied
    text = files.limits_text(Limit.objects.order_by("rule", "scope", "key"))
    headers = {"Content-Disposition": 'attachment; filename="limits.csv"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def import_(request: HttpRequest) -> HttpResponse:
    """Show what a file would change; on the second button do it: what tightens at once, what loosens as one request."""
    if not request.user.has_perm("risk.change_limit"):
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, [], "")
    form = UploadForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise files.LimitFileInvalid("file: cannot be read", field="file")
        given = form.cleaned_data["file"].read(files.MOST_BYTES + 1) if form.cleaned_data["file"] else form.cleaned_data["text"]
        lines = files.limits_read(given, timezone.now())
        text = given if isinstance(given, str) else given.decode("utf-8-sig")
        if request.POST.get("seen") and "confirm" in request.POST:
            return _confirmed(request, lines, text, form.cleaned_data["reason"].strip())
    except OmsError as refusal:
        messages.error(request, refusal.message)
        return _page(request, [], "")
    return _page(request, lines, text)


def _confirmed(request: HttpRequest, lines: Sequence[files.Line], text: str, reason: str) -> HttpResponse:
    if request.POST["seen"] != _digest(lines):
        messages.error(request, "Limits were changed since this was shown: nothing is done. Look again.")
        return _page(request, lines, text)
    changes = [line.plan.change for line in lines if line.plan is not None and line.does != "unchanged"]
    done = services.limits_set_or_ask(
        actor=request.user, changes=changes, reason=reason, now=timezone.now(), request_id=request_id(request)
    )
    messages.success(request, f"{len(done.made)} limit(s) set.")
    if done.asked is None:
        return HttpResponseRedirect(reverse("admin:risk_limit_changelist"))
    messages.warning(request, f"What lets more through is not changed yet: request {done.asked.pk} waits for a second person.")
    return HttpResponseRedirect(reverse("admin:approvals_changerequest_change", args=[done.asked.pk]))


def _digest(lines: Sequence[files.Line]) -> str:
    rows = [(line.cells, line.does, line.was, line.plan.version if line.plan else -1) for line in lines]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _page(request: HttpRequest, lines: Sequence[files.Line], text: str) -> HttpResponse:
    counts = Counter(line.does for line in lines)
    context = {
        "title": "Import limits",
        "opts": Limit._meta,
        "lines": lines,
        "columns": files.COLUMNS,
        "counts": [(does, counts[does]) for does in ("added", "tightened", "loosened", "unchanged", "error") if counts[does]],
        "text": text,
        "seen": _digest(lines) if lines else "",
        "ready": bool(lines) and not counts["error"],
        "needs_reason": bool(counts["loosened"]),
        "columns_text": ",".join(files.COLUMNS),
    }
    return TemplateResponse(request, "admin/risk/limits_import.html", admin.site.each_context(request) | context)


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then ask a second person to take a limit away: without it only wider ones apply."""
    if not request.user.has_perm("risk.change_limit"):
        raise PermissionDenied
    limit = get_object_or_404(Limit, pk=pk)

    def act(given: Mapping[str, str]) -> Done:
        change = services.LimitChange(scope=limit.scope, key=limit.key, rule=limit.rule, value=None, seen=limit.version)
        done = services.limits_set_or_ask(
            actor=request.user, changes=[change], reason=given["reason"], now=timezone.now(), request_id=request_id(request)
        )
        if done.asked is None:
            return Done("Removed.", reverse("admin:risk_limit_changelist"))
        page = reverse("admin:approvals_changerequest_change", args=[done.asked.pk])
        return Done(f"Asked for, as request {done.asked.pk}: it waits for a second person.", page)

    facts = {"Limit": str(limit), "Value": f"{limit.value.normalize():f}", "Counts": UNITS[Rule(limit.rule)]}
    question = Question(
        title="Remove a limit",
        question="Ask a second person to take this limit away? What is wider applies then.",
        button="Ask for the removal",
        facts=facts,
        inputs=(REASON,),
    )
    return ask(request, Limit, question, act)
