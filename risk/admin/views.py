"""Buttons of this room's admin pages: a question, one service call, a message."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.asking import REASON, Done, Question, ask
from risk import selectors, services
from risk.admin.through_services import request_id
from risk.models import ApiToken, Kill


def kill_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the release of a kill; where somebody else has asked already, agree."""
    if not request.user.has_perm("risk.change_kill"):
        raise PermissionDenied
    kill = get_object_or_404(Kill.objects.select_related("set_by"), pk=pk)
    waiting = services.release_wanted(kill, timezone.now()) if kill.released_at is None else None

    def act(given: Mapping[str, str]) -> Done:
        asked, released = services.kill_release_step(
            actor=request.user, kill_id=kill.pk, reason=given["reason"], now=timezone.now(), request_id=request_id(request)
        )
        if released is not None:
            return Done(f"Released: {kill} may trade again.", reverse("admin:risk_kill_changelist"))
        page = reverse("admin:approvals_changerequest_change", args=[asked.pk])
        return Done(f"Asked for, as request {asked.pk}: it waits for a second person.", page)

    still = selectors.still_open(kill)
    facts = {"Scope": str(kill), "Reason": kill.reason, "Set by": kill.set_by, "Set at (UTC)": kill.set_at, "Still open": still.left}
    if waiting is not None:
        facts["Asked for by"] = f"{waiting.requested_by}: {waiting.reason}"
    question = Question(
        title="Release a kill",
        question="Agree that this scope may trade again?" if waiting else "Ask a second person that this scope may trade again?",
        button="Agree and release" if waiting else "Ask for the release",
        facts=facts,
        inputs=(REASON,),
    )
    return ask(request, Kill, question, act)


def token_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then revoke a token."""
    if not request.user.has_perm("risk.change_apitoken"):
        raise PermissionDenied
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk)

    def act(_: Mapping[str, str]) -> str:
        revoked = services.token_revoke(actor=request.user, token=token, now=timezone.now(), request_id=request_id(request))
        return f"Revoked: {token}." if revoked else f"{token} had been revoked before."

    facts = {"Token": str(token), "User": token.user, "Made at (UTC)": token.created_at, "Valid until (UTC)": token.expires_at}
    return ask(
        request, ApiToken, Question(title="Revoke a token", question="Refuse this token from now on?", button="Revoke", facts=facts), act
    )
