"""Which traders are connected, as the web processes tell it; what begins when one no longer is. See `orders.domain.disconnect`."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from oms_site.infra import metrics
from oms_site.infra.audit import services as audit
from orders.domain.disconnect import Due, is_back, losses
from orders.models import Disconnection, DisconnectionState, Heartbeat, TraderSocket
from risk import selectors as risk_selectors

CHAIN = "connections"


class Seen(NamedTuple):
    """An open socket of somebody who enters orders. `grace`: seconds asked for, 0 not wanted, None nothing said."""

    id: str
    user: int
    grace: int | None


def sockets_seen(*, process: str, sockets: Collection[Seen], now: datetime, whole: bool = True) -> None:
    """A web process lives and has these sockets open. Who was missed and is among them is back in time.

    `whole`: these are all it has, so that what it told earlier and does not tell now is lost; else only some are told.
    """
    told = {socket.id: socket for socket in sockets}
    with transaction.atomic():
        Heartbeat.objects.update_or_create(id=process, defaults={"renewed_at": now}, create_defaults={"since": now, "renewed_at": now})
        known = {row.pk: row for row in TraderSocket.objects.filter(process=process)}
        fresh = [socket for pk, socket in told.items() if pk not in known or known[pk].grace_seconds != socket.grace]
        gone = [row for pk, row in known.items() if whole and pk not in told]
        if not fresh and not gone:
            return
        traders_lock({socket.user for socket in fresh} | {row.user_id for row in gone})
        rows = [TraderSocket(id=socket.id, process=process, user_id=socket.user, grace_seconds=socket.grace) for socket in fresh]
        TraderSocket.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=["grace_seconds"])
        for socket in fresh:
            _returned(socket, now)
        sockets_lose(gone, now)


def sockets_gone(*, ids: Iterable[str], now: datetime) -> None:
    """These sockets are closed, whoever closed them and why."""
    with transaction.atomic():
        rows = list(TraderSocket.objects.filter(pk__in=list(ids)))
        traders_lock({row.user_id for row in rows})
        sockets_lose(rows, now)


def sockets_lose(rows: Iterable[TraderSocket], lost_at: datetime) -> None:
    """Forget sockets, and begin to wait for the traders who wanted it so. The caller has locked them."""
    by_user = sorted(rows, key=lambda row: row.user_id)
    TraderSocket.objects.filter(pk__in=[row.pk for row in by_user]).delete()
    for user_id, group in groupby(by_user, key=lambda row: row.user_id):
        left = TraderSocket.objects.filter(user=user_id).values_list("grace_seconds", flat=True)
        user = get_user_model().objects.get(pk=user_id)
        limits = risk_selectors.disconnect_graces(user, lost_at)
        for due in losses([row.grace_seconds for row in group], list(left), *limits):
            _begin(user, due, lost_at)


def traders_lock(users: Iterable[int]) -> None:
    """Let no other transaction tell of these traders' sockets until the present one ends; always in one order."""
    with connection.cursor() as cursor:
        for user in sorted(users):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [f"connection:{user}"])


def disconnection_end(row: Disconnection, state: DisconnectionState, now: datetime, **told: Any) -> None:
    """What became of it, once; with its audit entry."""
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at", "orders"])
    _tell(row, f"connection_{state.value}", now, **told)


def _begin(user: Any, due: Due, lost_at: datetime) -> None:
    """Wait for a trader, once: who is lost again while it is waited for has the time that was running."""
    names = {"user": user, "account": due.account, "asked": due.asked}
    row, new = Disconnection.objects.get_or_create(
        **names, state=DisconnectionState.WAITING, defaults={"grace_seconds": due.grace, "lost_at": lost_at}
    )
    if new:
        _tell(row, "connection_lost", lost_at)


def _returned(socket: Seen, now: datetime) -> None:
    for row in Disconnection.objects.filter(user=socket.user, state=DisconnectionState.WAITING).select_related("user"):
        if is_back(row.asked, socket.grace):
            disconnection_end(row, DisconnectionState.RETURNED, now)


def _tell(row: Disconnection, action: str, now: datetime, **more: Any) -> None:
    detail = {"user": row.user.get_username(), "account": row.account, "asked": row.asked, "grace_seconds": row.grace_seconds} | more
    audit.record(
        chain=CHAIN,
        actor=None,
        action=action,
        object_type="disconnection",
        object_id=str(row.pk),
        detail=detail,
        request_id="",
        now=now,
    )
    transaction.on_commit(lambda: metrics.DISCONNECTIONS.labels(row.state).inc())
