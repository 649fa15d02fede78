"""Measures what no single worker knows: the outbox, the leases, what is overdue, how far each group is behind each partition."""

import logging
from datetime import datetime, timedelta

from django.db.models import Count, Min

from marketdata.selectors.markets import overdue
from oms_site.infra import metrics
from oms_site.infra.approvals import selectors as approvals
from oms_site.infra.bus.lag import lags
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.bus.ports import BusError
from oms_site.infra.supervision.selectors import slots_list
from oms_site.pulse.lag import Sample, remember
from reporting.selectors import drop_copy_told, fails_by_age

logger = logging.getLogger(__name__)


def sample(now: datetime) -> None:
    """Set every gauge and remember the lag. A broker that does not answer leaves the lag as it was; its age tells."""
    outbox = _outbox(now)
    _leases(now)
    metrics.SCHEDULE_OVERDUE_SECONDS.set(overdue(now).total_seconds())
    metrics.REVERSION_OVERDUE_SECONDS.set(approvals.reversion_overdue(now).total_seconds())
    metrics.BREAK_GLASS_OPEN.set(approvals.break_glass_open().count())
    for age, number in fails_by_age(now.date()).items():
        metrics.SETTLEMENT_FAILS.labels(age).set(number)
    copy = drop_copy_told()
    metrics.BREAKS_OPEN.set(copy.breaks)
    if copy.at is not None:
        metrics.DROP_COPY_AGE_SECONDS.set(max(now - copy.at, timedelta()).total_seconds())
    try:
        behind = _lag()
    except BusError as error:
        logger.warning("lag not sampled: %s", error)
        return
    metrics.SAMPLED_AT.set(now.timestamp())
    remember(Sample(int(now.timestamp()), behind, outbox))


def _outbox(now: datetime) -> int:
    found = OutboxMessage.objects.aggregate(depth=Count("id"), oldest=Min("created_at"))
    metrics.OUTBOX_DEPTH.set(found["depth"])
    metrics.OUTBOX_OLDEST_SECONDS.set(max(0.0, (now - found["oldest"]).total_seconds()) if found["oldest"] else 0.0)
    return int(found["depth"])


def _leases(now: datetime) -> None:
    for slot in slots_list(now):
        labels = (slot.worker, str(slot.slot))
        metrics.WORKER_WANTED.labels(*labels).set(slot.wanted)
        metrics.WORKER_UP.labels(*labels).set(slot.live)
        age = slot.age_seconds if slot.wanted else 0.0
        if age is not None:
            metrics.WORKER_LEASE_AGE_SECONDS.labels(*labels).set(max(0.0, age))


def _lag() -> int:
    """Set each group's, and tell all together."""
    found = lags()
    for group, topic, partition, behind in found:
        metrics.KAFKA_LAG.labels(group, topic, str(partition)).set(behind)
    return sum(behind for *_, behind in found)
