"""What the bus keeps in PostgreSQL: commands waiting to be sent, offsets consumed by projections, snapshots of workers."""

from django.db import models

from oms_site.infra.tracking.rows import watched


@watched(exclude=["body"])
class OutboxMessage(models.Model):
    """A record to be sent to Kafka, written in the transaction of what it announces; the relay deletes it once acknowledged.

    `body` is the Avro body without the registry header, which the relay puts before it (`schema_version` of the topic's subject).
    `partition` is set only for controls, which go to every partition.
    """

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    partition = models.PositiveSmallIntegerField(null=True)
    schema_version = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "outbox message"

    def __str__(self) -> str:
        return f"{self.id} {self.topic} {self.key}"


@watched()
class ConsumedOffset(models.Model):
    """The next offset a projection will read of one partition, committed with the effect of everything before it."""

    group = models.CharField(max_length=64)
    topic = models.CharField(max_length=64)
    partition = models.PositiveSmallIntegerField()
    offset = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "topic", "partition"], name="consumed_offset_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.topic}[{self.partition}] {self.offset}"


class WorkerSnapshot(models.Model):
    """State of one partition's fold at given offsets: compressed, checksummed, of one format version."""

    id = models.BigAutoField(primary_key=True)
    worker = models.CharField(max_length=32)
    partition = models.PositiveSmallIntegerField()
    format_version = models.PositiveSmallIntegerField()
    offsets = models.JSONField(help_text="topic: next offset")
    state_hash = models.CharField(max_length=64)
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the payload")
    payload = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["worker", "partition", "-id"], name="worker_snapshot_newest")]

    def __str__(self) -> str:
        return f"{self.worker}[{self.partition}] {self.offsets}"
