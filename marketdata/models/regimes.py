"""How the synthetic market is asked to behave, and since when it does."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketdata.domain.synthetic import COURSES
from oms_site.infra.tracking.rows import tracked


@tracked(exclude=["told_regime", "told_version", "told_seed", "told_step", "told_at"])
class SyntheticRegime(models.Model):
    """The one row of what people want of the synthetic market; without it, the market is calm.

    `told_…` is what its worker last said: from which step of the tape of which seed on it does what the row's `told_version` asked for.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    regime = models.CharField(max_length=10, choices=[(word, word) for word in COURSES], default="calm")
    reason = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    told_regime = models.CharField("in force", max_length=10, blank=True)
    told_version = models.PositiveIntegerField(default=0)
    told_seed = models.CharField("seed", max_length=20, blank=True, help_text="of the tape of the worker that runs")
    told_step = models.BigIntegerField("since step", default=0, help_text="of that tape, counted from 0")
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "synthetic market"
        verbose_name_plural = "synthetic market"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="synthetic_regime_one_row")]

    def __str__(self) -> str:
        return self.regime
