"""Buttons of this room's admin pages: a question, one service call, a message."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.errors import OmsError
from risk import services
from risk.admin.through_services import request_id
from risk.models import ApiToken, Kill


def kill_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then release a kill; the service insists on a second person."""
    if not request.user.has_perm("risk.change_kill"):
        raise PermissionDenied
    kill = get_object_or_404(Kill.objects.select_related("set_by"), pk=pk)

    def act() -> str:
        services.kill_release(actor=request.user, kill_id=kill.pk, now=timezone.now(), request_id=request_id(request))
        return f"Released: {kill} may trade again."

    facts = {"Scope": str(kill), "Reason": kill.reason, "Set by": kill.set_by, "Set at (UTC)": kill.set_at}
    return _ask(request, Kill, act, title="Release a kill", question="Let this scope trade again?", button="Release", facts=facts)


def token_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then revoke a token."""
    if not request.user.has_perm("risk.change_apitoken"):
        raise PermissionDenied
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk)

    def act() -> str:
        revoked = services.token_revoke(actor=request.user, token=token, now=timezone.now(), request_id=request_id(request))
        return f"Revoked: {token}." if revoked else f"{token} had been revoked before."

    facts = {"Token": str(token), "User": token.user, "Made at (UTC)": token.created_at, "Valid until (UTC)": token.expires_at}
    return _ask(request, ApiToken, act, title="Revoke a token", question="Refuse this token from now on?", button="Revoke", facts=facts)


def _ask(
    request: HttpRequest,
    model: type[Model],
    act: Callable[[], str],
    *,
    title: str,
    question: str,
    button: str,
    facts: Mapping[str, Any],
) -> HttpResponse:
    back = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    if request.method != "POST":
        told = {"title": title, "question": question, "button": button, "facts": facts, "back": back, "opts": model._meta}
        return TemplateResponse(request, "admin/risk/confirm.html", admin.site.each_context(request) | told)
    try:
        messages.success(request, act())
    except OmsError as refusal:
        messages.error(request, refusal.message)
    return HttpResponseRedirect(back)
