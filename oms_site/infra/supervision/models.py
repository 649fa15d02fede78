"""Workers as an operator sees them: what is wanted, and who runs it now."""

from django.db import models

from oms_site.infra.tracking.rows import tracked


class DesiredState(models.TextChoices):
    """What an operator wants of a worker. Paused keeps it alive without work; stopped ends it."""

    RUN = "run", "run"
    PAUSE = "pause", "paused"
    STOP = "stop", "stopped"


@tracked()
class DesiredWorker(models.Model):
    """One kind of worker of `oms_site.workers` and how many of it are wanted."""

    name = models.CharField(max_length=32, primary_key=True)
    state = models.CharField(max_length=8, choices=DesiredState, default=DesiredState.RUN)
    count = models.PositiveSmallIntegerField(default=1)
    restart_requested_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "worker"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=DesiredState.values), name="desired_worker_state_known"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="desired_worker_at_least_one"),
        ]

    def __str__(self) -> str:
        return self.name


class WorkerLease(models.Model):
    """One slot of a worker: its generation, and until when the holder may run without renewing.

    A halted slot (a log that was cut, too many dead letters) is not given again until an operator acts on the worker:
    restarts it, for example.
    """

    worker = models.ForeignKey(DesiredWorker, on_delete=models.CASCADE, related_name="leases")
    slot = models.PositiveSmallIntegerField()
    generation = models.BigIntegerField(default=0)
    task_id = models.CharField(max_length=64, blank=True)
    holder = models.CharField(max_length=64, blank=True, help_text="host and process id")
    state = models.CharField(max_length=16, default="idle", help_text="idle, sent, recovering, running, paused, stopped, failed or halted")
    progress = models.JSONField(default=dict)
    message = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "worker slot"
        constraints = [models.UniqueConstraint(fields=["worker", "slot"], name="worker_lease_once")]

    def __str__(self) -> str:
        return f"{self.worker_id}/{self.slot}"
