"""What `bench_books` measures of settlement: instructions told one by one, matched and delivered; and obligations netted."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from benchmarks.books_work import ACCOUNTS, START, SYMBOLS, batches
from marketdata.selectors import to_microseconds
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.tracking.context import acting
from reporting import services
from reporting.domain.settlement.odds import clearing_answers, custodian_answers
from reporting.models import SettlementRules
from reporting.services.settlement import obligations_net
from schemas.codec import decode
from schemas.messages import SettlementAdvice, SettlementInstruction, Trade
from schemas.topics import SETTLEMENT_INSTRUCTIONS
from schemas.units import ONE

_CERTAIN = {"fail": 0, "late": 0, "partial": 0, "mismatch": 0}
_DUE = START + timedelta(days=1)


def settled(number: int) -> dict[str, Any]:
    """So many instructions from trade to delivery without netting, the houses' words in batches as the core worker takes them."""
    SettlementRules.objects.update_or_create(pk=1, defaults={**_CERTAIN, "netting": False})
    _trade(number // 2, "G")
    told, telling = _moved(START)
    matching = _said([word for one in told for word in clearing_answers(one, to_microseconds(START))], START)
    released, releasing = _moved(_DUE)
    delivering = _said([word for one in released for word in custodian_answers(one, to_microseconds(_DUE))], _DUE)
    SettlementRules.objects.update(netting=True)
    _trade(number // 2, "N")
    return {
        "instructions": len(told),
        "told_per_second": round((len(told) + len(released)) / (telling + releasing)),
        "words_per_second": round(2 * len(told) / matching),
        "deliveries_per_second": round(len(released) / delivering),
        "netted_per_second": round(number / _timed(lambda: obligations_net(now=_DUE, most=number))),
    }


def _trade(number: int, name: str) -> None:
    drawn, moment = random.Random(11), to_microseconds(START)
    for chunk in batches(iter(range(number))):
        trades = []
        for index in chunk:
            buyer, seller = (f"A{one:03}" for one in drawn.sample(range(ACCOUNTS), 2))
            quantity, price = drawn.randrange(1, 500) * ONE, drawn.randrange(9_000, 11_000) * ONE // 100
            symbol = f"S{drawn.randrange(SYMBOLS):03}"
            trades.append(Trade(f"{name}{index:07}", index + 1, symbol, quantity, price, "OB", "OS", buyer, seller, "buy", moment))
        services.obligations_record(trades=trades)


def _moved(now: datetime) -> tuple[list[SettlementInstruction], float]:
    """What is sent until nothing more is due, and how long that took."""

    def move() -> None:
        with acting("task", request_id="bench"):
            while any(services.settlement_move(now=now)):
                pass

    seconds = _timed(move)
    rows = OutboxMessage.objects.filter(topic=SETTLEMENT_INSTRUCTIONS.name).order_by("id")
    told = [decode(SettlementInstruction, bytes(row.body), row.schema_version) for row in rows]
    OutboxMessage.objects.all().delete()
    return told, seconds


def _said(words: Sequence[SettlementAdvice], now: datetime) -> float:
    def say() -> None:
        for batch in batches(iter(words)):
            with acting("core", request_id="bench"), transaction.atomic():
                services.advices_apply(advices=batch, now=now)

    return _timed(say)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
