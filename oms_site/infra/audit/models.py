"""The audit log: who did what to which object, hash-linked per chain so that a missing or changed entry is found."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from oms_site.infra.audit.guards import ENTRY_GUARDS, HEAD_GUARDS
from oms_site.infra.audit.seals import Head


class AuditEntry(models.Model):
    """One state change asked for by a person or a service. Append-only; read-only for everyone in the admin.

    A chain is an account's code or a kind of control; `hash` is SHA-256 over the entry and the hash before it.
    """

    id = models.BigAutoField(primary_key=True)
    chain = models.CharField(max_length=64)
    seq = models.BigIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=48)
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64)
    detail = models.JSONField()
    request_id = models.CharField(max_length=36, blank=True)
    correlation_id = models.CharField(max_length=36, blank=True, help_text="what began the chain, where that was another request")
    created_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_seq_once")]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
            models.Index(fields=["request_id"], condition=~Q(request_id=""), name="audit_by_request"),
            models.Index(fields=["correlation_id"], condition=~Q(correlation_id=""), name="audit_by_correlation"),
        ]
        triggers = ENTRY_GUARDS

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.action} {self.object_id}"


class ChainHead(models.Model):
    """How long a chain is, and its last hash, under the product's seal (`seals`): so that nothing is cut off its end unseen."""

    chain = models.CharField(max_length=64, primary_key=True)
    number = models.BigIntegerField(unique=True, help_text="counts the chains as they began")
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    doubt = models.BigIntegerField(null=True, help_text="entry after which the head was not the product's")
    seal = models.CharField(max_length=64)

    class Meta:
        triggers = HEAD_GUARDS

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"

    def told(self) -> Head:
        """What the seal covers."""
        return Head(self.chain, self.number, self.seq, self.hash, self.doubt)
