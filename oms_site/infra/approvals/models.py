"""A request: something one person asks for, which is done only when another one agrees."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from oms_site.infra.approvals.guards import GUARDS
from oms_site.infra.approvals.states import DECIDED, DONE, WAITING, State
from oms_site.infra.tracking.rows import tracked


@tracked()
class ChangeRequest(models.Model):
    """What is asked for (`kind`, `payload`), by whom and why, until when it may be decided, and what became of it.

    `payload` is what the kind's service is handed and checks; `title`, `scope` and `changes` say the same in words, as they were when it
    was asked for: rows of (what, what it is, what it becomes). `revert_at` is when what was done is undone again by itself.
    `break_glass`: the person who asked decided alone; it stays open until somebody else has reviewed it.
    Nothing here is ever deleted, nor changed but by the steps of its life: constraints and triggers see to it. See ADR 0012.
    """

    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=200)
    scope = models.JSONField(help_text="what it applies to, in words by name")
    payload = models.JSONField(help_text="exactly what is to be done")
    changes = models.JSONField(help_text="rows of what, what it is, what it becomes")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="until then it can be decided and used, not a moment longer")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    revert_at = models.DateTimeField(null=True, help_text="when it is undone again by itself")
    reverted_at = models.DateTimeField(null=True)
    break_glass = models.BooleanField(default=False, help_text="one person alone, in an emergency")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_reason = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        verbose_name = "request"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="request_state_known"),
            models.CheckConstraint(
                condition=Q(break_glass=True) | Q(decided_by=None) | ~Q(decided_by=F("requested_by")), name="request_second_person"
            ),
            models.CheckConstraint(
                condition=Q(break_glass=False) | Q(decided_by=None) | Q(decided_by=F("requested_by")), name="request_break_glass_alone"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | (Q(break_glass=True) & ~Q(reviewed_by=F("requested_by"))), name="request_review_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(decided_by__isnull=False, decided_at__isnull=False), name="request_decided_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(decided_at__gte=F("requested_at"), decided_at__lt=F("expires_at")),
                name="request_decided_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DONE) | Q(used_at__isnull=False, used_at__gte=F("decided_at"), used_at__lt=F("expires_at")),
                name="request_used_in_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.REVERTED) | Q(revert_at__isnull=False, reverted_at__isnull=False, reverted_at__gte=F("revert_at")),
                name="request_reverted_when_due",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("requested_at")), name="request_expires"),
            models.CheckConstraint(condition=~Q(reason=""), name="request_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state__in=WAITING), name="request_waiting"),
            models.Index(fields=["revert_at"], condition=Q(state=State.USED, revert_at__isnull=False), name="request_to_revert"),
            models.Index(fields=["id"], condition=Q(break_glass=True, reviewed_at=None, state__in=DONE), name="request_break_glass_open"),
        ]
        triggers = GUARDS

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"

    @property
    def review_open(self) -> bool:
        """Whether one person did this alone and nobody has looked at it since."""
        return self.break_glass and self.reviewed_at is None and self.state in DONE
