"""The day in slots of five minutes: orders entered, orders refused and value traded, as the executions tell.

A slot that is past hardly changes, so its counts are kept in Redis for as long again as it is past: a page costs one query over the
newest rows (their times have an index), however long the day. What is kept may be lost; without Redis the whole day is counted.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Extract, Floor
from redis import RedisError

from marketdata.models import Instrument
from oms_site.infra import redis
from orders.models import Execution
from risk.models import Account, AccountKind
from schemas.enums import ExecType

logger = logging.getLogger(__name__)

STEP = 300
"""Seconds of a slot."""
FRESH = 60
"""Seconds a slot must be past before its counts are kept at all: projections may still be writing it."""
LONGEST = 86_400
KEY = "oms:day:{}"

_ORDERS = Q(order_seq=1)
_REJECTS = Q(type=ExecType.REJECTED)
_FILLS = Q(type=ExecType.TRADE)

Counts = dict[str, dict[str, str]]
"""By account: `orders`, `rejects`, and the value traded in each currency under its code, all as decimal text."""


@dataclass(slots=True)
class Day:
    """Slots since the day began, oldest first: when each begins (seconds of the epoch), and what there was in it."""

    times: list[int]
    orders: list[int] = field(default_factory=list)
    rejects: list[int] = field(default_factory=list)
    value: dict[str, list[Decimal]] = field(default_factory=dict)


def day_of(accounts: Iterable[str], now: datetime) -> Day:
    """The day (UTC) until now of those of the accounts that are customers': the house's own quotes would drown them."""
    midnight = int(now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    times = list(range(midnight, int(now.timestamp()) + 1, STEP))
    slots = _slots(times, now)
    day, seen = Day(times), frozenset(accounts)
    for at, time in enumerate(times):
        mine = [counts for account, counts in slots[time].items() if account in seen]
        day.orders.append(sum(int(counts.get("orders", 0)) for counts in mine))
        day.rejects.append(sum(int(counts.get("rejects", 0)) for counts in mine))
        for counts in mine:
            for currency in counts.keys() - {"orders", "rejects"}:
                day.value.setdefault(currency, [Decimal(0)] * len(times))[at] += Decimal(counts[currency])
    return day


def _slots(times: list[int], now: datetime) -> Mapping[int, Counts]:
    """The counts of each slot: kept ones from Redis, the others counted and kept."""
    try:
        texts: Any = redis.client().mget([KEY.format(time) for time in times])
    except RedisError as error:
        logger.warning("the whole day is counted: %s", error)
        return _counted(times)
    slots = {time: json.loads(text) for time, text in zip(times, texts, strict=True) if text is not None}
    missing = [time for time in times if time not in slots]
    counted = _counted(missing)
    _keep(counted, now)
    return slots | counted


def _keep(slots: Mapping[int, Counts], now: datetime) -> None:
    with redis.client().pipeline(transaction=False) as pipeline:
        for time, counts in slots.items():
            past = int(now.timestamp()) - time - STEP
            if past >= FRESH:
                pipeline.set(KEY.format(time), json.dumps(counts), ex=min(past, LONGEST))
        try:
            pipeline.execute()
        except RedisError as error:
            logger.warning("counts of the day are not kept: %s", error)


def _counted(times: list[int]) -> dict[int, Counts]:
    """The counts of these slots from the table, in one query."""
    slots: dict[int, Counts] = {time: {} for time in times}
    if not times:
        return slots
    currency = dict(Instrument.objects.values_list("symbol", "currency"))
    for row in _rows(times):
        counts = slots[int(row["slot"]) * STEP].setdefault(row["account"], defaultdict(lambda: "0"))
        for name in ("orders", "rejects"):
            counts[name] = str(int(counts[name]) + row[name])
        if row["value"]:
            code = currency.get(row["symbol"]) or "?"
            counts[code] = str(Decimal(counts[code]) + row["value"])
    return slots


def _rows(times: list[int]) -> Iterable[Mapping[str, Any]]:
    within = Q(*(Q(time__gte=begin, time__lt=end) for begin, end in _ranges(times)), _connector=Q.OR)
    customers = Account.objects.filter(kind=AccountKind.CUSTOMER).values("code")
    found = Execution.objects.filter(within, _ORDERS | _REJECTS | _FILLS, account__in=customers).order_by()
    grouped = found.annotate(slot=Floor(Extract("time", "epoch") / STEP)).values("slot", "account", "symbol")
    return grouped.annotate(
        orders=Count("pk", filter=_ORDERS),
        rejects=Count("pk", filter=_REJECTS),
        value=Sum(F("last_quantity") * F("last_price"), filter=_FILLS),
    )


def _ranges(times: list[int]) -> list[tuple[datetime, datetime]]:
    """Slots that follow each other as one stretch of time."""
    ranges: list[list[int]] = []
    for time in times:
        if ranges and ranges[-1][1] == time:
            ranges[-1][1] = time + STEP
        else:
            ranges.append([time, time + STEP])
    return [(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)) for begin, end in ranges]
