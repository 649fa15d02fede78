"""Settlement without a broker: what is written to the outbox is answered by the simulated houses, or by a test in their place."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from marketdata.selectors import to_microseconds
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.processor import Delivery, Position
from reporting import handlers, services
from reporting.domain.settlement.odds import clearing_answers, custodian_answers
from reporting.models import SettlementObligation, SettlementRules, SettlementStep
from schemas.codec import decode
from schemas.messages import SettlementAdvice, SettlementInstruction

Answers = Callable[[SettlementInstruction, int], list[SettlementAdvice]]
CERTAIN = {"fail": 0, "late": 0, "partial": 0, "mismatch": 0}


def both_houses(told: SettlementInstruction, now: int) -> list[SettlementAdvice]:
    return clearing_answers(told, now) + custodian_answers(told, now)


def nobody(told: SettlementInstruction, now: int) -> list[SettlementAdvice]:
    return []


def rules(**values: object) -> SettlementRules:
    """In force from now on; nothing goes wrong and nothing is netted unless it is said."""
    return SettlementRules.objects.update_or_create(pk=1, defaults=CERTAIN | {"netting": False} | values)[0]


def sent() -> list[SettlementInstruction]:
    """Takes what waits to be sent to the houses."""
    rows = list(OutboxMessage.objects.filter(topic="settlement.instructions").order_by("id"))
    OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [decode(SettlementInstruction, bytes(row.body), row.schema_version) for row in rows]


def say(*advices: SettlementAdvice, now: datetime) -> None:
    """As the core worker applies them: in one transaction."""
    deliveries = [Delivery(Position("settlement.status", 0, offset), advice, 0) for offset, advice in enumerate(advices)]
    with transaction.atomic():
        for handler in handlers.HANDLERS["settlement.status"]:
            assert list(handler(deliveries, to_microseconds(now))) == []


def settle(now: datetime, answers: Answers = both_houses, heard: list[SettlementAdvice] | None = None) -> list[SettlementInstruction]:
    """Move until nothing is left to do at this moment; what was sent on the way. `heard` gets what was said."""
    told: list[SettlementInstruction] = []
    while any(services.settlement_move(now=now)):
        new = sent()
        told += new
        if advices := [advice for one in new for advice in answers(one, to_microseconds(now))]:
            say(*advices, now=now)
            (heard if heard is not None else []).extend(advices)
    return told


def states(**wanted: object) -> dict[str, str]:
    return dict(SettlementObligation.objects.filter(**wanted).order_by("id").values_list("id", "status"))


def effects(pk: str) -> list[tuple[str, str]]:
    return list(SettlementStep.objects.filter(instruction=pk).order_by("time", "id").values_list("word", "effect"))
