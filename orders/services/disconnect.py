"""Cancel on disconnect: who did not come back in time loses the orders of the day, through the log as by a mass cancel."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from oms_site.infra.alerts import services as alerts
from orders.domain.entry import Scope
from orders.models import Disconnection, DisconnectionState, Heartbeat, TraderSocket
from orders.services.mass_cancel import orders_of_trader_cancel
from orders.services.presence import disconnection_end, sockets_lose, traders_lock

SWEEP = "sweep"
TTL = timedelta(seconds=6)
"""A web process that has not told of itself for so long is dead: it does so every two seconds."""
GAP = timedelta(seconds=5)
"""Nobody has looked for longer than this: what was silent meanwhile, database or beat, says nothing about web processes."""


def disconnections_sweep(*, now: datetime) -> int:
    """Notice web processes that died, and cancel the orders of those whose grace period is over; of how many.

    Time in which nobody looked counts for nobody: a database that was away, and comes back, cancels nothing.
    """
    since = _looking_since(now)
    if since + TTL <= now:
        for process in Heartbeat.objects.exclude(pk=SWEEP).filter(renewed_at__lte=now - TTL):
            _died(process)
    waiting = Disconnection.objects.filter(state=DisconnectionState.WAITING).order_by("id")
    due = [row.pk for row in waiting if max(row.lost_at, since) + timedelta(seconds=row.grace_seconds) <= now]
    return sum(_cancel(pk, now) for pk in due)


def _looking_since(now: datetime) -> datetime:
    """Since when somebody has looked without a break."""
    with transaction.atomic():
        row, _ = Heartbeat.objects.select_for_update().get_or_create(pk=SWEEP, defaults={"since": now, "renewed_at": now})
        if now - row.renewed_at > GAP:
            row.since = now
        row.renewed_at = max(now, row.renewed_at)
        row.save(update_fields=["since", "renewed_at"])
    return row.since


def _died(process: Heartbeat) -> None:
    """Its sockets are lost since its last sign of life; unless it has given one meanwhile."""
    with transaction.atomic():
        if not Heartbeat.objects.filter(pk=process.pk, renewed_at=process.renewed_at).delete()[0]:
            return
        rows = list(TraderSocket.objects.filter(process=process.pk))
        traders_lock({row.user_id for row in rows})
        sockets_lose(rows, process.renewed_at)


def _cancel(pk: int, now: datetime) -> int:
    """Cancel for one trader; 0 when it has come back, or another sweep was first."""
    with transaction.atomic():
        row = Disconnection.objects.select_related("user").get(pk=pk)
        traders_lock([row.user_id])
        row.refresh_from_db(fields=["state"])
        if row.state != DisconnectionState.WAITING:
            return 0
        why = f"no connection for {row.grace_seconds} s: " + ("as the session asked" if row.asked else "as a limit wants it")
        scope = Scope(row.account or None, None, None, why, row.user.get_username())
        row.orders = orders_of_trader_cancel(scope=scope, now=now).requested
        disconnection_end(row, DisconnectionState.CANCELED, now, orders=row.orders)
        if row.orders:
            alerts.raise_alert(
                key=f"disconnect-{row.pk}",
                kind="disconnect",
                severity="warning",
                text=f"{row.user} lost the connection, was not back within {row.grace_seconds} s: {row.orders} orders are being canceled",
                now=now,
                link=reverse("admin:orders_disconnection_change", args=[row.pk]),
            )
    return 1
