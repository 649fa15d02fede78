"""What the first page fetches once it is there: charts as numbers, queues, workers and feeds as HTML; of what the person may see."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from oms_site.pulse import standing as standings
from oms_site.pulse.day import STEP, Day, day_of
from oms_site.pulse.lag import samples
from risk import selectors as risk_selectors

SHORTEST = timedelta(hours=1)
"""A chart shows at least this much: the first minutes of a day alone would be one wide bar."""
LAG_SHOWN = timedelta(hours=1)


@require_safe
@never_cache
def pulse(request: HttpRequest) -> JsonResponse:
    """Orders, rejects and value (in whole units of its currency) of the day, and the lag of the last hour."""
    now, user = timezone.now(), request.user
    told: dict[str, Any] = {"step": STEP}
    if user.has_perm("orders.view_order"):
        told |= _flow(day_of(risk_selectors.visible_accounts(user), now), now)
    if user.has_perm("supervision.view_desiredworker"):
        lag = samples(now - LAG_SHOWN)
        told["lag"] = {
            "times": [sample.at for sample in lag],
            "series": {"bus": [sample.behind for sample in lag], "outbox": [sample.outbox for sample in lag]},
        }
    return JsonResponse(told)


@require_safe
@never_cache
def standing(request: HttpRequest) -> HttpResponse:
    """What waits for this person, the workers and the feeds, to be put into the page."""
    now, user = timezone.now(), request.user
    context = {
        "waiting": standings.waiting(user, now),
        "workers": standings.workers(now) if user.has_perm("supervision.view_desiredworker") else [],
        "feeds": standings.feeds(now) if user.has_perm("marketdata.view_latestquote") else [],
        "now": now,
    }
    return render(request, "admin/home/standing.html", context)


def _flow(day: Day, now: datetime) -> dict[str, Any]:
    """The three charts, from the first slot with anything in it on."""
    busy = [at for at, (orders, rejects) in enumerate(zip(day.orders, day.rejects, strict=True)) if orders or rejects]
    latest = len(day.times) - SHORTEST // timedelta(seconds=STEP)
    first = max(0, min([latest, *busy, *(_first(values) for values in day.value.values())]))
    times = day.times[first:]
    most = sorted(day.value, key=lambda currency: (-sum(day.value[currency]), currency))
    return {
        "orders": {"times": times, "series": {"orders": day.orders[first:]}},
        "rejects": {"times": times, "series": {"rejects": day.rejects[first:]}},
        "value": {"times": times, "series": {currency: [int(value) for value in day.value[currency][first:]] for currency in most}},
    }


def _first(values: list[Decimal]) -> int:
    return next((at for at, value in enumerate(values) if value), len(values))
