"""Buttons of admin pages: a page that asks, with what has to be typed in; one service call; a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from oms_site.infra.errors import OmsError


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to type in or to choose; `value` is what stands there at first."""

    name: str
    label: str
    value: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


REASON = Input("reason", "Reason", required=True, help="in your words; kept in the audit log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the page says: the facts, the question, what it wants to know, the button."""

    title: str
    question: str
    button: str
    facts: Mapping[str, Any]
    inputs: tuple[Input, ...] = ()


def ask(request: HttpRequest, model: type[Model], question: Question, act: Callable[[Mapping[str, str]], str]) -> HttpResponse:
    """Show the page; on its button, `act` on what was typed in, and tell what it says. A refusal is shown above what was typed."""
    back = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    inputs = question.inputs
    if request.method == "POST":
        given = {one.name: request.POST.get(one.name, "").strip() for one in inputs}
        try:
            messages.success(request, act(given))
        except OmsError as refusal:
            messages.error(request, refusal.message)
            if not inputs:
                return HttpResponseRedirect(back)
            inputs = tuple(replace(one, value=given[one.name]) for one in inputs)
        else:
            return HttpResponseRedirect(back)
    told = {"title": question.title, "question": question.question, "button": question.button, "facts": question.facts}
    context = admin.site.each_context(request) | told | {"inputs": inputs, "back": back, "opts": model._meta}
    return TemplateResponse(request, "admin/ask.html", context)
