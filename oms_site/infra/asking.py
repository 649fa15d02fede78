"""Buttons of admin pages: a page that asks, with what has to be typed in; one service call; a message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

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


class Done(NamedTuple):
    """What is told after the button, and the page to go on to."""

    message: str
    onward: str


Act = Callable[[Mapping[str, str]], str | Done]
"""What a button does with what was typed in; what it tells."""


def ask(request: HttpRequest, model: type[Model], question: Question, act: Act, *, back: str = "") -> HttpResponse:
    """Show the page; on its button, `act` on what was typed in, and tell what it says. A refusal is shown above what was typed.

    `back` is where one came from, by default the model's list.
    """
    back = back or reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    inputs = question.inputs
    if request.method == "POST":
        given = {one.name: request.POST.get(one.name, "").strip() for one in inputs}
        try:
            told = act(given)
        except OmsError as refusal:
            messages.error(request, refusal.message)
            if not inputs:
                return HttpResponseRedirect(back)
            inputs = tuple(replace(one, value=given[one.name]) for one in inputs)
        else:
            done = told if isinstance(told, Done) else Done(told, back)
            messages.success(request, done.message)
            return HttpResponseRedirect(done.onward)
    shown = {"title": question.title, "question": question.question, "button": question.button, "facts": question.facts}
    context = admin.site.each_context(request) | shown | {"inputs": inputs, "back": back, "opts": model._meta}
    return TemplateResponse(request, "admin/ask.html", context)
