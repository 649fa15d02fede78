"""Reads of alerts: as REST and the stream tell them, and who may see them."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Max, QuerySet

from oms_site.infra.alerts.models import Alert, AlertStep
from oms_site.infra.rest.rendering import timestamp
from oms_site.infra.roles import roles

CHANNEL = "alerts"
DESK = "desk"
"""The one key of the channel."""
DESK_ROLES = frozenset({"risk", "operations", "compliance", "admin"})
_IN_SNAPSHOT = 200
_MOST_STEPS = 1_000


def sees_alerts(user: Any) -> bool:
    """Whether one of the user's roles is a desk's."""
    return bool(roles(user) & DESK_ROLES)


def alerts() -> QuerySet[Alert]:
    """All alerts, with who acknowledged them."""
    return Alert.objects.select_related("acknowledged_by")


def alert_object(alert: Alert) -> dict[str, Any]:
    """An alert as REST and the stream tell it."""
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "severity": alert.severity,
        "text": alert.text,
        "link": alert.link or None,
        "created_at": timestamp(alert.created_at),
        "acknowledged_by": alert.acknowledged_by.get_username() if alert.acknowledged_by else None,
        "acknowledged_at": timestamp(alert.acknowledged_at),
    }


def alerts_snapshot(key: str) -> tuple[int, list[dict[str, Any]]]:
    """The newest sequence, and the alerts nobody has acknowledged, newest first (at most 200)."""
    seq = AlertStep.objects.aggregate(head=Max("seq"))["head"] or 0
    return seq, [alert_object(alert) for alert in alerts().filter(acknowledged_at=None).order_by("-id")[:_IN_SNAPSHOT]]


def alerts_since(key: str, from_seq: int) -> list[tuple[int, Any]]:
    """The frames from a sequence on, in order."""
    return list(AlertStep.objects.filter(seq__gte=from_seq).order_by("seq").values_list("seq", "data")[:_MOST_STEPS])


def alert_heads(keys: Collection[str]) -> Mapping[str, int]:
    """Newest sequence, for the one key there is."""
    head = AlertStep.objects.aggregate(head=Max("seq"))["head"] or 0
    return {key: head for key in keys if key == DESK}
