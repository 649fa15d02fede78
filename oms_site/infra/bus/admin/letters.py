"""The dead letters' page: what no handler could take, and the button that asks for one to be sent again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.asking import REASON, Done, Question, ask
from oms_site.infra.bus import replay
from oms_site.infra.bus.connection import bus
from oms_site.infra.bus.dead_letters import Letter, read_all
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.ports import BusError
from oms_site.infra.errors import OmsError
from schemas.topics import BY_NAME

MOST = 500
"""Letters shown of one topic."""


def letters(request: HttpRequest) -> HttpResponse:
    """The letters of all topics. Where Kafka does not answer the page says so."""
    _require_view(request)
    found: list[tuple[Letter, datetime | None, str]] = []
    trouble = ""
    try:
        for topic in BY_NAME:
            found += [(letter, _when(letter), _button(letter)) for letter in islice(read_all(bus(), topic), MOST)]
    except BusError as error:
        trouble = str(error)
    context = {"title": "Dead letters", "opts": OutboxMessage._meta, "letters": found, "trouble": trouble, "most": MOST}
    return TemplateResponse(request, "admin/bus/letters.html", admin.site.each_context(request) | context)


def letter_replay(request: HttpRequest, topic: str, partition: int, offset: int) -> HttpResponse:
    """Ask, then ask a second person."""
    _require_view(request)
    back = reverse("admin:bus_letters")
    try:
        letter = replay.letter_at(topic, partition, offset)
    except OmsError as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(back)

    def act(given: Mapping[str, str]) -> Done:
        asked = replay.letter_replay_request(
            actor=request.user,
            topic=topic,
            partition=partition,
            offset=offset,
            reason=given["reason"],
            now=timezone.now(),
            request_id=str(getattr(request, "request_id", "")),
        )
        page = reverse("admin:approvals_changerequest_change", args=[asked.pk])
        return Done(f"Asked for, as request {asked.pk}: once approved, `dead_letters replay {asked.pk}` sends it.", page)

    facts: dict[str, Any] = {
        "Topic": f"{letter.topic}[{letter.partition}] at {letter.offset}",
        "Key": letter.key,
        "Worker": letter.worker,
        "Why": f"{letter.code}: {letter.message}",
        "Bytes": len(letter.value),
    }
    question = Question(
        title="Send a dead letter again",
        question="Ask a second person to have this record written to the end of its topic once more?",
        button="Ask for the replay",
        facts=facts,
        inputs=(REASON,),
    )
    return ask(request, OutboxMessage, question, act, back=back)


def _require_view(request: HttpRequest) -> None:
    if not request.user.has_perm("bus.view_outboxmessage"):
        raise PermissionDenied


def _when(letter: Letter) -> datetime | None:
    """When it was put aside; None where it does not say so."""
    return datetime.fromtimestamp(letter.time // 1_000_000, UTC) if letter.time > 0 else None


def _button(letter: Letter) -> str:
    if letter.topic not in replay.REPLAYABLE:
        return ""
    return reverse("admin:bus_letter_replay", args=[letter.topic, letter.partition, letter.own_offset])
