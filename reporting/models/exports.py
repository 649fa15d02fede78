"""Reports that are made as files in the background."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ExportState(models.TextChoices):
    """Life of an export: `EXPORT_STEPS` says what follows what."""

    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELED = "canceled", "canceled"
    EXPIRED = "expired", "expired"


EXPORT_STEPS: dict[ExportState, frozenset[ExportState]] = {
    ExportState.WAITING: frozenset({ExportState.RUNNING, ExportState.CANCELED}),
    # back to waiting: whoever made it died
    ExportState.RUNNING: frozenset({ExportState.DONE, ExportState.FAILED, ExportState.CANCELED, ExportState.WAITING}),
    ExportState.DONE: frozenset({ExportState.EXPIRED}),
    ExportState.FAILED: frozenset(),
    ExportState.CANCELED: frozenset(),
    ExportState.EXPIRED: frozenset(),
}


class Export(models.Model):
    """A report asked for as a file: who asked, what of it, how far it is, where the file lies. One is made at a time."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    report = models.CharField(max_length=20)
    params = models.JSONField(help_text="the filters as they were written")
    format = models.CharField(max_length=4)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    reason = models.CharField(max_length=300, blank=True, help_text="why it failed")
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_total = models.PositiveBigIntegerField(null=True, help_text="counted when it began")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often it was begun")
    accounts = models.JSONField(default=list, help_text="the accounts whose rows may be in the file")
    size = models.PositiveBigIntegerField(null=True, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the file")
    request_id = models.CharField(max_length=36, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="when its maker last said that it lives")
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="then the file is deleted")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="export_one_at_a_time")]
        indexes = [models.Index(fields=["asked_by", "-id"], name="export_by_person")]

    def __str__(self) -> str:
        return f"{self.report} {self.format} #{self.pk}"

    @property
    def file_name(self) -> str:
        """The file's name in the folder of exports, and as it is downloaded."""
        return f"{self.report}-{self.asked_at:%Y%m%d-%H%M%S}-{self.pk}.{self.format}"
