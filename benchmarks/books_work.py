"""What `bench_books` measures, once the settings know its world: a log of orders that fill, into the books, and made anew from it."""

import itertools
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from marketdata.models import Instrument
from oms_site.infra.approvals import services as approvals
from oms_site.infra.garbage import collect_rarely
from oms_site.infra.tracking.context import acting
from reporting import services
from reporting.domain.books import Fill
from risk.domain.roles import Role
from risk.models import Account
from schemas.codec import decode, encode
from schemas.messages import Execution
from schemas.units import ONE

T = TypeVar("T")
ACCOUNTS, SYMBOLS = 200, 50
BATCH = 1_000
"""Records of a transaction, as the projection takes them when it has work."""
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
_STEP = 20_000
"""Microseconds between two fills: some hours of trading a million."""


def prepare() -> None:
    """Accounts, instruments, and a schedule with tiers that two people agree on."""
    Instrument.objects.bulk_create(
        Instrument(symbol=f"S{index:03}", name="bench", currency="USD" if index % 5 else "EUR", reference_price=100)
        for index in range(SYMBOLS)
    )
    Account.objects.bulk_create(Account(code=f"A{index:03}", name="bench") for index in range(ACCOUNTS))
    group, _ = Group.objects.get_or_create(name=Role.OPERATIONS.value)
    asks, agrees = (User.objects.create_user(name) for name in ("bench1", "bench2"))
    group.user_set.add(asks, agrees)
    tiers = [
        {"from": str(start), "maker": "-0.2", "taker": str(taker), "other": "0.3"} for start, taker in ((0, 5), (10**6, 4), (10**8, 3))
    ]
    for currency in ("USD", "EUR"):
        wanted = services.Wanted("bench", "", "", currency, tiers, Decimal("0.01"), None, Decimal(10), "sell", START)
        asked = services.schedule_request(actor=asks, wanted=wanted, reason="to be measured by", now=START)
        approvals.request_approve(actor=agrees, pk=asked.pk, reason="to be measured by", now=START)


def fills(number: int, seed: int = 7) -> Iterator[Execution]:
    """Fills as matching and risk tell them, a buyer's and a seller's of each trade."""
    drawn = random.Random(seed)
    begins = int(START.timestamp()) * 1_000_000
    seqs = [0] * ACCOUNTS
    for index in range(number):
        account, symbol = drawn.randrange(ACCOUNTS), drawn.randrange(SYMBOLS)
        seqs[account] += 1
        quantity, price = drawn.randrange(1, 500) * ONE, drawn.randrange(9_000, 11_000) * ONE // 100
        yield Execution(
            id=f"M{index:09}",
            seq=seqs[account],
            type="trade",
            order_id=f"O{index:09}",
            account=f"A{account:03}",
            symbol=f"S{symbol:03}",
            side="buy" if drawn.random() < 0.5 else "sell",
            order_type="limit",
            tif="day",
            quantity=quantity,
            price=price,
            cum_quantity=quantity,
            leaves_quantity=0,
            time=begins + index * _STEP,
            last_quantity=quantity,
            last_price=price,
            trade_id=f"T{index // 2:09}",
            liquidity="maker" if index % 2 else "taker",
        )


def projected(number: int) -> dict[str, Any]:
    """Fills into positions, fees and ledger, a batch a transaction, as the core worker does."""
    collect_rarely()  # as every worker does
    started, rates = time.perf_counter(), []
    for batch in batches(fills(number)):
        began = time.perf_counter()
        with acting("core", request_id="bench"), transaction.atomic():
            services.positions_project(fills=batch, seqs={fill.id: fill.seq for fill in batch})
            services.books_post(fills=[one for fill in batch if (one := services.fill_of(fill)) is not None])
        rates.append(len(batch) / (time.perf_counter() - began))
    seconds = time.perf_counter() - started
    return {
        "fills": number,
        "fills_per_second": round(number / seconds),
        "slowest_tenth_per_second": round(sorted(rates)[len(rates) // 10]),
        "bytes_per_fill": round(_bytes() / number),
    }


def rebuilt(number: int) -> dict[str, Any]:
    """The books made anew from the same log, decoded record by record but without a broker, and compared with what was stored."""
    bodies = [encode(fill) for fill in fills(number)]

    def log(_: object, done: services.Rebuilt, tell: object) -> Iterator[Sequence[Fill]]:
        for chunk in batches(iter(bodies)):
            read = [services.fill_of(decode(Execution, body)) for body in chunk]
            done.executions += len(read)
            yield [fill for fill in read if fill is not None]

    started = time.perf_counter()
    done = services.books_compare(log=log)
    seconds = time.perf_counter() - started
    return {"rebuilt": done.executions, "rebuild_seconds": round(seconds, 1), "rebuild_differences": len(done.differences)}


def batches(records: Iterator[T]) -> Iterator[Sequence[T]]:
    """The records in batches of a transaction."""
    while batch := list(itertools.islice(records, BATCH)):
        yield batch


def _bytes() -> int:
    tables = ("journalentry", "journalline", "fillfee")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name)) FROM unnest(%s::regclass[]) AS t (name)", [[f"reporting_{one}" for one in tables]]
        )
        return int(cursor.fetchone()[0])
