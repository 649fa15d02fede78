"""Buttons of a failed instruction: take it, retry it, have it bought in. What each does is one service, which decides who may."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from marketdata.admin.through_services import request_id
from marketdata.services.access import allowed
from oms_site.infra.asking import REASON, Question, ask
from oms_site.infra.rest import decimal_text
from reporting import selectors, services
from reporting.models import SettlementObligation
from reporting.services.settlement.access import SETTLEMENT_DESK


def fail_own(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then make the person its owner."""
    return _ask(request, pk, services.fail_own, ("Take a fail", "Make yourself its owner, until somebody else takes it?", "Take it"))


def fail_retry(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then have it delivered again at once."""
    words = "Ask for what is open again now, instead of tomorrow?"
    return _ask(request, pk, services.fail_retry, ("Retry a fail", words, "Retry it"))


def fail_buy_in(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then have the clearing house buy it in."""
    words = "Have the clearing house buy in what is open, at the middle of the newest good quote? A seller pays what it costs more."
    return _ask(request, pk, services.fail_buy_in, ("Buy in a fail", words, "Buy it in"))


def _ask(request: HttpRequest, pk: str, service: Callable[..., Any], question: tuple[str, str, str]) -> HttpResponse:
    if not allowed(request.user, SETTLEMENT_DESK):
        raise PermissionDenied
    row = selectors.obligations_visible(request.user).select_related("owner").filter(pk=pk).first()
    if row is None:
        raise Http404
    title, words, button = question

    def act(given: Any) -> str:
        service(actor=request.user, instruction_id=pk, reason=given["reason"], now=timezone.now(), request_id=request_id(request))
        return f"{title}: {pk}."

    asked = Question(title=title, question=words, button=button, facts=_facts(row), inputs=(REASON,))
    back = reverse("admin:reporting_settlementobligation_change", args=[pk])
    return ask(request, SettlementObligation, asked, act, back=back)


def _facts(row: SettlementObligation) -> dict[str, Any]:
    return {
        "Instruction": row.pk,
        "Account": row.account_id,
        "Open": f"{row.side} {decimal_text(selectors.open_quantity(row))} {row.symbol_id}",
        "Due": row.settlement_date,
        "Days late": selectors.days_open(row, timezone.now().date()),
        "Reason": row.reason.replace("_", " "),
        "Owner": "nobody" if row.owner is None else row.owner.get_username(),
    }
