"""What stands on the first page beside the tiles: what waits for this person by name, the workers, the feeds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q
from django.urls import reverse

from marketdata.domain.quality import STALE_AFTER
from marketdata.models import LatestQuote
from oms_site.infra.alerts.selectors import alerts, sees_alerts
from oms_site.infra.approvals import selectors as approvals
from oms_site.infra.supervision.selectors import slots_list

MOST = 6
"""Lines of a queue that are told; the tile above leads to all of them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of a queue: what kind of thing it is, its words, since when it waits and where it is dealt with."""

    kind: str
    text: str
    since: datetime
    url: str


class WorkerLine(NamedTuple):
    """A kind of worker: slots wanted, slots that live, and what those that are there do, as `running` or `running, paused`."""

    name: str
    wanted: int
    live: int
    doing: str

    @property
    def short(self) -> bool:
        """Whether fewer live than are wanted."""
        return self.live < self.wanted


class FeedLine(NamedTuple):
    """A source of quotes: its symbols, how many of them are stale, of how many the newest quote is not good, and the newest and oldest."""

    source: str
    symbols: int
    stale: int
    bad: int
    newest: datetime
    oldest: datetime


def waiting(user: Any, now: datetime) -> list[Waiting]:
    """What waits for this person's decision or for anybody of the desk to look, the oldest first."""
    found = []
    if user.has_perm("approvals.view_changerequest"):
        page = "admin:approvals_changerequest_change"
        asked = approvals.requests_to_decide(user, now)[:MOST]
        found += [Waiting("request", one.title, one.requested_at, reverse(page, args=[one.pk])) for one in asked]
    if sees_alerts(user) and user.has_perm("alerts.view_alert"):
        page = "admin:alerts_alert_change"
        open_ones = alerts().filter(acknowledged_at=None).order_by("-id")[:MOST]
        found += [Waiting(str(one.severity), one.text, one.created_at, reverse(page, args=[one.pk])) for one in open_ones]
    return sorted(found, key=lambda line: line.since)


def workers(now: datetime) -> list[WorkerLine]:
    """Every kind of worker, those that are short first."""
    kinds: dict[str, list[Any]] = {}
    for slot in slots_list(now):
        kinds.setdefault(slot.worker, []).append(slot)
    lines = [
        WorkerLine(
            name, sum(slot.wanted for slot in slots), sum(slot.live for slot in slots), ", ".join(sorted({slot.state for slot in slots}))
        )
        for name, slots in kinds.items()
    ]
    return sorted(lines, key=lambda line: (not line.short, line.name))


def feeds(now: datetime) -> list[FeedLine]:
    """Every source that some symbol's newest quote is of, those with stale symbols first."""
    late = now - timedelta(microseconds=STALE_AFTER)
    rows = LatestQuote.objects.values("source").annotate(
        symbols=Count("symbol"),
        stale=Count("symbol", filter=Q(received_at__lt=late)),
        bad=Count("symbol", filter=~Q(quality="good")),
        newest=Max("received_at"),
        oldest=Min("received_at"),
    )
    lines = [FeedLine(row["source"] or "unnamed", row["symbols"], row["stale"], row["bad"], row["newest"], row["oldest"]) for row in rows]
    return sorted(lines, key=lambda line: (-line.stale, line.source))
