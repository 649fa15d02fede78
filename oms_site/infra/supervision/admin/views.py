"""The buttons of the workers page: a question, one service call, a message."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.errors import OmsError
from oms_site.infra.supervision import services
from oms_site.infra.supervision.models import DesiredState, DesiredWorker, WorkerLease


class Verb(NamedTuple):
    """A button: its words, and the service it calls."""

    button: str
    question: str
    done: str
    act: Callable[..., Any]


VERBS: dict[str, Verb] = {
    "run": Verb("Run", "Let it work?", "{} will run.", partial(services.worker_state_set, state=DesiredState.RUN.value)),
    "pause": Verb(
        "Pause",
        "Let it stay alive without work? What it would do waits in the log.",
        "{} will pause after its batch.",
        partial(services.worker_state_set, state=DesiredState.PAUSE.value),
    ),
    "stop": Verb(
        "Stop",
        "End it until somebody lets it run again? What it would do waits in the log.",
        "{} will stop after its batch.",
        partial(services.worker_state_set, state=DesiredState.STOP.value),
    ),
    "restart": Verb(
        "Restart",
        "End its present run after its batch and start another?",
        "{} will start anew.",
        services.worker_restart,
    ),
}


def verbs_for(state: str) -> tuple[str, ...]:
    """The buttons that change something in a state."""
    return {
        DesiredState.RUN.value: ("pause", "stop", "restart"),
        DesiredState.PAUSE.value: ("run", "stop", "restart"),
        DesiredState.STOP.value: ("run",),
    }[state]


def steer(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """Ask, then do what the button says."""
    if verb not in VERBS:
        raise Http404
    if not request.user.has_perm("supervision.change_desiredworker"):
        raise PermissionDenied
    worker = get_object_or_404(DesiredWorker, pk=name)
    back = reverse("admin:supervision_desiredworker_changelist")
    chosen = VERBS[verb]
    if request.method != "POST":
        told = {"title": f"{chosen.button} {name}", "worker": worker, "verb": chosen, "back": back, "opts": DesiredWorker._meta}
        return TemplateResponse(request, "admin/supervision/confirm.html", admin.site.each_context(request) | told)
    try:
        changed = chosen.act(actor=request.user, name=name, now=timezone.now(), request_id=getattr(request, "request_id", ""))
    except OmsError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{name} was so already." if changed is False else chosen.done.format(name))
    return HttpResponseRedirect(back)


def doing(lease: WorkerLease, now: datetime) -> str:
    """What a slot does now, as an operator reads it."""
    lost = lease.expires_at is not None and lease.expires_at < now and lease.state in {"recovering", "running", "paused", "sent"}
    return f"gone (was {lease.state})" if lost else lease.state
