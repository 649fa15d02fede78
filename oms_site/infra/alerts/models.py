"""Alerts, and every step of them in the order it was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Severity(models.TextChoices):
    """How soon somebody has to look; in rising order."""

    INFO = "info", "info"
    WARNING = "warning", "warning"
    CRITICAL = "critical", "critical"


class Alert(models.Model):
    """Something for the desk to look at. While it is not acknowledged there is one alert of a `key`, however often it is raised."""

    key = models.CharField(max_length=100, help_text="what it is about: the same thing has the same key")
    kind = models.CharField(max_length=32)
    severity = models.CharField(max_length=8, choices=Severity)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200, blank=True, help_text="path of the page to look at")
    created_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(acknowledged_at=None), name="alert_open_once"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="alert_severity_known"),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None) | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class AlertStep(models.Model):
    """One frame of the stream's channel `alerts`: an alert as it was after it was raised, made graver or acknowledged."""

    seq = models.BigIntegerField(primary_key=True, help_text="from 1, without a gap, in the order of commits")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    data = models.JSONField(help_text="the alert as told")

    def __str__(self) -> str:
        return f"{self.seq}"
