"""Workers as an operator sees them: what is wanted, and who runs it now."""

from django.db import models


class DesiredState(models.TextChoices):
    """What an operator wants of a worker. Paused keeps it alive without work; stopped ends it."""

    RUN = "run", "run"
    PAUSE = "pause", "paused"
    STOP = "stop", "stopped"


class DesiredWorker(models.Model):
    """One kind of worker of `oms_site.workers` and how many of it are wanted."""

    name = models.CharField(max_length=32, primary_key=True)
    state = models.CharField(max_length=8, choices=DesiredState, default=DesiredState.RUN)
    count = models.PositiveSmallIntegerField(default=1)
    restart_requested_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "worker"

    def __str__(self) -> str:
        return self.name


class WorkerLease(models.Model):
    """One slot of a worker: its generation, and until when the holder may run without renewing."""

    worker = models.ForeignKey(DesiredWorker, on_delete=models.CASCADE, related_name="leases")
    slot = models.PositiveSmallIntegerField()
    generation = models.BigIntegerField(default=0)
    task_id = models.CharField(max_length=64, blank=True)
    holder = models.CharField(max_length=64, blank=True, help_text="host and process id")
    state = models.CharField(max_length=16, default="idle", help_text="idle, sent, recovering, running, paused, stopped or failed")
    progress = models.JSONField(default=dict)
    message = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "slot"], name="worker_lease_once")]

    def __str__(self) -> str:
        return f"{self.worker_id}/{self.slot}"
