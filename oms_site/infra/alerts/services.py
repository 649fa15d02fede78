"""Writes of alerts: raised by services and workers, acknowledged by people of the desk. Told on the stream after commit."""

from datetime import datetime
from functools import partial
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Max

from oms_site.infra import metrics
from oms_site.infra.alerts.models import Alert, AlertStep, Severity
from oms_site.infra.alerts.selectors import CHANNEL, DESK, DESK_ROLES, alert_object, sees_alerts
from oms_site.infra.audit import services as audit
from oms_site.infra.bus.processor import Frame
from oms_site.infra.errors import Forbidden, NotFound
from oms_site.infra.realtime import Publisher
from oms_site.infra.rest.rendering import dumps
from oms_site.infra.roles import either

log = structlog.get_logger(__name__)

_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_MOST_TEXT = 300


def raise_alert(*, key: str, kind: str, severity: str, text: str, now: datetime, link: str = "") -> Alert:
    """Tell the desk of something, in the caller's transaction if there is one; the alert.

    While an alert of this `key` is open the same again tells nothing new, unless it has become graver. Whoever wants to tell of a thing
    twice (each day, each order) puts that into the key. Takes a lock until commit: raise as the last thing a transaction does.
    """
    severity = Severity(severity)
    with transaction.atomic():
        _one_at_a_time()
        alert = Alert.objects.filter(key=key, acknowledged_at=None).first()
        if alert is not None and _RANK[Severity(alert.severity)] >= _RANK[severity]:
            return alert
        if alert is None:
            alert = Alert(key=key, kind=kind, created_at=now)
        alert.severity, alert.text, alert.link = severity, text[:_MOST_TEXT], link
        alert.save()
        _tell(alert)
        transaction.on_commit(lambda: _count(alert))
    return alert


def acknowledge(*, actor: Any, pk: int, now: datetime, request_id: str = "") -> tuple[Alert, bool]:
    """Say that one has seen it and looks after it; the alert, and whether this was the first to say so. Raises `Forbidden`, `NotFound`."""
    if not sees_alerts(actor):
        raise Forbidden(f"alerts: needs the role {either(DESK_ROLES)}")
    with transaction.atomic():
        _one_at_a_time()
        alert = Alert.objects.select_for_update(of=("self",)).select_related("acknowledged_by").filter(pk=pk).first()
        if alert is None:
            raise NotFound("there is no such alert")
        if alert.acknowledged_at is not None:
            return alert, False
        alert.acknowledged_by, alert.acknowledged_at = actor, now
        alert.save(update_fields=["acknowledged_by", "acknowledged_at"])
        audit.record(
            chain="alerts",
            actor=actor,
            action="alert_acknowledged",
            object_type="alert",
            object_id=str(alert.pk),
            detail={"kind": alert.kind, "severity": alert.severity, "text": alert.text},
            request_id=request_id,
            now=now,
        )
        _tell(alert)
    return alert, True


def _one_at_a_time() -> None:
    """Steps get their numbers in the order of commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('alerts', 1))")


def _tell(alert: Alert) -> None:
    seq = (AlertStep.objects.aggregate(head=Max("seq"))["head"] or 0) + 1
    data = alert_object(alert)
    AlertStep.objects.create(seq=seq, alert=alert, data=data)
    transaction.on_commit(lambda: _push(seq, data))


def _push(seq: int, data: dict[str, Any]) -> None:
    """To the sockets of every web process. Alerts are rare: a publisher of its own leaves no connection behind in the caller's thread."""
    publisher = Publisher()
    try:
        publisher.push([Frame(CHANNEL, DESK, seq, "update", partial(dumps, data))])
    finally:
        publisher.close()


def _count(alert: Alert) -> None:
    metrics.ALERTS.labels(alert.kind, alert.severity).inc()
    log.warning("alert", kind=alert.kind, severity=alert.severity, text=alert.text, key=alert.key)
