"""By which method results are reckoned, for the firm and for accounts with a word of their own."""

from django.db import models

from oms_site.infra.tracking.rows import tracked
from reporting.domain.profit import METHODS


@tracked()
class CostMethod(models.Model):
    """Of the firm (no account) or of one account. What it was before is in the row's history and in the audit log."""

    account = models.CharField(max_length=32, blank=True, unique=True, help_text="empty: every account without one of its own")
    method = models.CharField(max_length=8, choices=[(name, name) for name in METHODS])
    reason = models.CharField(max_length=200, help_text="in your words; kept in the audit log")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(method__in=METHODS), name="cost_method_known")]

    def __str__(self) -> str:
        return f"{self.account or 'firm'}: {self.method}"
