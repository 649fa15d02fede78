"""Buttons of the pages about people: a question, a typed reason, one service call."""

import secrets
from collections.abc import Mapping
from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.asking import REASON, Question, ask
from risk import services
from risk.admin.through_services import request_id
from risk.models import WebSession


def new_password() -> str:
    """A password to hand over: 96 random bits."""
    return secrets.token_urlsafe(12)


def password_page(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """The password to hand over, shown this once."""
    back = reverse("admin:auth_user_change", args=[person.pk])
    told = {"title": f"Password of {person.get_username()}", "password": password, "back": back, "opts": User._meta}
    answer = TemplateResponse(request, "admin/risk/password.html", admin.site.each_context(request) | told)
    answer["Cache-Control"] = "no-store"
    return answer


def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then give somebody else a new password, and show it."""
    person = _person(request, pk)
    made: list[str] = []

    def act(given: Mapping[str, str]) -> str:
        password = new_password()
        services.password_reset(user=person, new=password, reason=given["reason"], **_by(request))
        made.append(password)
        return f"{person} has a new password, and has to change it at the next log-in."

    question = Question(
        title="Reset a password",
        question="Give this person a new password? All sessions and tokens of the person end.",
        button="Reset",
        facts={"Person": person},
        inputs=(REASON,),
    )
    answer = ask(request, User, question, act)
    return password_page(request, person, made[0]) if made else answer


def everything_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then end every session and token of a person."""
    person = _person(request, pk)

    def act(given: Mapping[str, str]) -> str:
        sessions, tokens = services.everything_revoke(user=person, reason=given["reason"], **_by(request))
        return f"{person}: {sessions} sessions and {tokens} tokens ended."

    question = Question(
        title="Log out everywhere",
        question="End every session and every token of this person now?",
        button="Log out",
        facts={"Person": person},
        inputs=(REASON,),
    )
    return ask(request, User, question, act)


def codes_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take somebody's lost device away."""
    person = _person(request, pk)

    def act(given: Mapping[str, str]) -> str:
        removed = services.otp_remove_from(user=person, reason=given["reason"], **_by(request))
        return f"{person} logs in without one-time codes now." if removed else f"{person} had set up none."

    question = Question(
        title="Remove one-time codes",
        question="Let this person log in with the password alone? For a device that is lost.",
        button="Remove",
        facts={"Person": person},
        inputs=(REASON,),
    )
    return ask(request, User, question, act)


def session_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then end a session."""
    _require(request, "risk.change_websession")
    session = get_object_or_404(WebSession.objects.select_related("user").filter(user__isnull=False), pk=pk)

    def act(given: Mapping[str, str]) -> str:
        ended = services.session_revoke(session=session, **_by(request))
        return f"Ended: the session of {session}." if ended else "It had ended before."

    facts = {"Person": session.user, "Since (UTC)": session.started_at, "From": session.address, "Browser": session.agent}
    question = Question(title="End a session", question="Log this browser out now?", button="End", facts=facts)
    return ask(request, WebSession, question, act)


def lock_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then unlock a name at an address."""
    _require(request, "axes.change_accessattempt")
    attempt = get_object_or_404(AccessAttempt, pk=pk)

    def act(given: Mapping[str, str]) -> str:
        failures = services.lock_release(attempt=attempt, reason=given["reason"], **_by(request))
        return f"Unlocked: {failures} failed log-ins are forgotten."

    facts = {"User name": attempt.username, "Address": attempt.ip_address, "Last failure (UTC)": attempt.attempt_time}
    question = Question(
        title="Unlock a log-in", question="Let this name try again from this address?", button="Unlock", facts=facts, inputs=(REASON,)
    )
    return ask(request, AccessAttempt, question, act)


def _person(request: HttpRequest, pk: int) -> User:
    """Somebody else; one's own role, password and codes are nobody's to change here."""
    _require(request, "auth.change_user")
    if request.user.pk == pk:
        raise PermissionDenied("ask another administrator, or use your account page")
    return get_object_or_404(User, pk=pk)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "now": timezone.now(), "request_id": request_id(request)}
