"""A request's page and its buttons. What each does is one service, which decides who may."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.approvals import selectors, services
from oms_site.infra.approvals.kinds import KINDS
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.approvals.services.journal import MOST_WORDS
from oms_site.infra.approvals.states import WAITING, State
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import OmsError


class Verb(NamedTuple):
    """A button: its words, what is told when it has been done, and the service it calls."""

    button: str
    done: str
    act: Callable[..., ChangeRequest]


VERBS: dict[str, Verb] = {
    "approve": Verb("Approve", "Approved.", services.request_approve),
    "reject": Verb("Reject", "Rejected.", services.request_reject),
    "withdraw": Verb("Withdraw", "Withdrawn.", services.request_withdraw),
    "review": Verb("I have reviewed it", "Reviewed.", services.request_review),
    "alone": Verb("Break the glass: do it now, alone", "Done alone; it is to be reviewed.", services.request_take_alone),
}


def request_page(request: HttpRequest, object_id: str) -> HttpResponse:
    """What will change, for whom, until when and why; what happened so far; and the buttons of the person who looks."""
    _require_view(request)
    if not object_id.isascii() or not object_id.isdigit():
        raise Http404
    found = ChangeRequest.objects.select_related("requested_by", "decided_by", "reviewed_by")
    asked = get_object_or_404(found, pk=object_id)
    now = timezone.now()
    late = asked.state in WAITING and asked.expires_at <= now
    context = {
        "title": f"Request {asked.pk}",
        "opts": ChangeRequest._meta,
        "asked": asked,
        "kind": KINDS[asked.kind].words if asked.kind in KINDS else asked.kind,
        "stands": State.EXPIRED.label if late else asked.get_state_display(),
        "why_not": _why_not(request.user, asked, late=late),
        "buttons": _buttons(request.user, asked, late=late),
        "entries": AuditEntry.objects.filter(object_type="change_request", object_id=str(asked.pk)).select_related("actor").order_by("id"),
        "most_words": MOST_WORDS,
    }
    return TemplateResponse(request, "admin/approvals/request.html", admin.site.each_context(request) | context)


def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Press a button of the page. A second click finds it done and says so; nothing happens twice."""
    _require_view(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    chosen = VERBS[verb]
    try:
        asked = chosen.act(
            actor=request.user,
            pk=pk,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
            request_id=str(getattr(request, "request_id", "")),
        )
    except services.RequestClosed as done:
        messages.warning(request, f"Nothing more was done: {done.message}.")
    except OmsError as refusal:
        if refusal.status == 404:
            raise Http404 from None
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{chosen.done} {asked.outcome}".strip())
        pk = asked.pk
    return HttpResponseRedirect(reverse("admin:approvals_changerequest_change", args=[pk]))


def _require_view(request: HttpRequest) -> None:
    if not request.user.has_perm("approvals.view_changerequest"):
        raise PermissionDenied


def _why_not(user: Any, asked: ChangeRequest, *, late: bool) -> str | None:
    """Why the person who looks cannot decide what is undecided, or review what is open."""
    if asked.kind not in KINDS:
        return "nothing here knows this kind (any more)"
    if asked.state == State.REQUESTED and not late:
        return selectors.why_not_decide(user, asked)
    if asked.review_open:
        return selectors.why_not_review(user, asked)
    return None


def _buttons(user: Any, asked: ChangeRequest, *, late: bool) -> list[tuple[str, str]]:
    """(verb, words) of what this person can do with it now. The services refuse the rest."""
    if asked.kind not in KINDS:
        return []
    verbs: list[str] = []
    if asked.state == State.REQUESTED and not late and selectors.why_not_decide(user, asked) is None:
        verbs += ["approve", "reject"]
    if asked.state in WAITING and asked.requested_by_id == user.pk:
        verbs.append("withdraw")
    if asked.review_open and selectors.why_not_review(user, asked) is None:
        verbs.append("review")
    if asked.state == State.REQUESTED and not late and asked.requested_by_id == user.pk:
        verbs += ["alone"] * (selectors.why_not_ask(user, KINDS[asked.kind], asked.payload, alone=True) is None)
    return [(verb, VERBS[verb].button) for verb in verbs]
