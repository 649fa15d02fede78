"""Sending a dead letter again: the same bytes to the end of the topic they stood on, when two people have agreed to it. See ADR 0012."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.module_loading import import_string

from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import MAX_VALUE, Letter, read_all
from oms_site.infra.bus.ports import BusError, Outgoing
from oms_site.infra.errors import Conflict, InvalidInput, NotFound, Unavailable
from schemas.errors import CodecError, RegistryError
from schemas.topics import BY_NAME, MATCHING_REPORTS, ORDERS, ORDERS_VALIDATED

KIND = "dead_letter_replay"
REPLAYABLE = frozenset({ORDERS.name, ORDERS_VALIDATED.name, MATCHING_REPORTS.name})
"""Topics with one reader, which drops what it has seen. The others are numbered histories that all their readers would read twice, or
quotes, whose price would look fresh.
"""
_WORDS = 300
_ASKING = frozenset({"operations"})
_DECIDING = frozenset({"operations", "risk", "admin"})


def letter_at(topic: str, partition: int, offset: int) -> Letter:
    """The letter at an offset of a topic's dead letters. Raises `NotFound`, `Unavailable`."""
    if topic not in BY_NAME:
        raise NotFound(f"there is no topic {topic}")
    try:
        found = next((letter for letter in read_all(bus(), topic, partition) if letter.own_offset == offset), None)
    except BusError as error:
        raise Unavailable(f"Kafka does not answer now: {error}") from error
    if found is None:
        raise NotFound(f"{topic}.dead[{partition}] has no letter at {offset}")
    return found


def letter_replay_request(
    *, actor: Any, topic: str, partition: int, offset: int, reason: str, now: datetime, request_id: str = ""
) -> ChangeRequest:
    """Ask that a letter be sent again. Raises `NotFound`, `Unavailable`, `InvalidInput`, and what `approvals.request_submit` raises."""
    payload = letter_payload(letter_at(topic, partition, offset), partition)
    return approvals.request_submit(actor=actor, kind=KIND, payload=payload, reason=reason, now=now, request_id=request_id)


def letter_replay(*, approval: ChangeRequest | None, topic: str, partition: int, offset: int, now: datetime, request_id: str = "") -> int:
    """Write the letter's record to its topic and partition once more, by an approved request; its new offset.

    The approval is used up in the transaction that waits for the broker: what the broker did not acknowledge leaves it as it was. (Should
    the commit fail after that, a second replay writes the record twice, and its reader drops one.)
    Raises `ApprovalNeeded`, `NotFound`, `InvalidInput`, `Unavailable`.
    """
    letter = letter_at(topic, partition, offset)
    with transaction.atomic():
        payload = letter_payload(letter, partition)
        approved = approvals.require(approval, kind=KIND, payload=payload, now=now, request_id=request_id)
        headers = (("replay_of", f"{letter.topic}[{letter.partition}]@{letter.offset}"), ("approval", str(approved.pk)))
        record = Outgoing(topic, letter.key, letter.value, partition, tuple((name, text.encode()) for name, text in headers))
        producer = bus().producer(client_id="dead-letters")
        try:
            return producer.send([record])[0]
        except BusError as error:
            raise Unavailable(f"Kafka did not take it: {error}; nothing was used up, try again") from error
        finally:
            producer.close()


def letter_payload(letter: Letter, partition: int) -> dict[str, Any]:
    """What a second person agrees to: this letter, these bytes. Raises `InvalidInput` for a letter that cannot be sent again."""
    if letter.topic not in REPLAYABLE:
        raise InvalidInput(f"{letter.topic}: cannot be sent again, only what is on {', '.join(sorted(REPLAYABLE))} can", field="topic")
    if len(letter.value) >= MAX_VALUE:
        raise InvalidInput("the letter holds only the beginning of its record: it cannot be sent again")
    about = _about(letter)
    return {
        "topic": letter.topic,
        "partition": partition,
        "offset": letter.own_offset,
        "stood": f"[{letter.partition}] at {letter.offset}",
        "key": letter.key,
        "sha256": hashlib.sha256(letter.value).hexdigest(),
        "code": letter.code,
        "why": letter.message[:_WORDS],
        "record": about["record"],
        "orders": about["orders"],
        "user": about["user"],
    }


def _about(letter: Letter) -> dict[str, Any]:
    try:
        message = wire().message(BY_NAME[letter.topic], letter.value)
    except (CodecError, RegistryError) as error:
        return {"record": f"not readable: {error}"[:_WORDS], "orders": [], "user": ""}
    orders = [name for name in (getattr(message, "id", None), getattr(message, "order_id", None)) if name]
    return {"record": str(message)[:_WORDS], "orders": orders, "user": getattr(message, "user", None) or ""}


def _described(payload: Payload) -> Told:
    scope = {
        "Topic": payload["topic"],
        "Stood": payload["stood"],
        "Key": payload["key"],
        "Record": payload["record"],
        "Put aside": f"{payload['code']}: {payload['why']}",
    }
    change = Change("Record", "put aside", f"once more at the end of {payload['topic']}[{payload['partition']}]")
    return Told(f"Send the dead letter of {payload['topic']}{payload['stood']} again", scope, (change,))


@cache
def _order_owners() -> Callable[[list[str]], frozenset[int]]:
    lookup: Callable[[list[str]], frozenset[int]] = import_string(settings.OMS_ORDER_OWNERS)
    return lookup


def _owners(payload: Mapping[str, Any]) -> frozenset[int]:
    """Who gave the command, and who entered the orders it is about."""
    asked = get_user_model().objects.filter(username=payload["user"]).values_list("pk", flat=True)
    return frozenset(asked) | _order_owners()(payload["orders"])


def _carry_out(act: Act) -> str:
    payload = act.payload
    letter = {name: payload[name] for name in ("topic", "partition", "offset")}
    offset = letter_replay(approval=act.request, **letter, now=act.now, request_id=act.request_id)
    return f"sent again: {payload['topic']}[{payload['partition']}] at {offset}"


REPLAY = Kind(
    name=KIND,
    words="replay of a dead letter",
    may_request=_ASKING,
    may_approve=_DECIDING,
    describe=_described,
    owners=_owners,
    carry_out=_carry_out,
    waits=timedelta(hours=8),
    deferred=True,
)


def replay_approved(request: int, *, now: datetime) -> str:
    """Carry out an approved request of this kind; a sentence of what was done. Raises as `letter_replay`; `NotFound`; `Conflict`."""
    found = ChangeRequest.objects.filter(pk=request).first()
    if found is None:
        raise NotFound(f"there is no request {request}")
    if found.kind != KIND:
        raise Conflict(f"request {request} is for something else: {found.title}")
    return approvals.carry_out(found, now=now)
