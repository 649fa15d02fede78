"""Edits made outside the product: each a line that a trigger wrote, for somebody to look at."""

from django.db import models

from oms_site.infra.tracking.guards import OUTSIDE_GUARDS


class OutsideEdit(models.Model):
    """A change of a row that did not come from the product: by SQL, a shell, another program. Written by the trigger of its row event.

    `told_at` is when the desk was alerted of it, by the alert with the key `alert`. Nothing else here ever changes.
    """

    row_table = models.CharField("table", max_length=64)
    row_key = models.CharField("row", max_length=200, null=True)
    operation = models.CharField(max_length=8)
    event = models.BigIntegerField(help_text="number of the row event that holds what changed")
    transaction = models.BigIntegerField(help_text="of the database: edits of one transaction have the same")
    database_user = models.CharField(max_length=64)
    address = models.CharField(max_length=48, null=True, help_text="where the session came from; none: a local socket")
    program = models.CharField(max_length=64, blank=True, help_text="as the session named itself")
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    alert = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = "edit outside the product"
        verbose_name_plural = "edits outside the product"
        indexes = [models.Index(fields=["id"], condition=models.Q(told_at=None), name="outside_edit_untold")]
        triggers = OUTSIDE_GUARDS

    def __str__(self) -> str:
        return f"{self.operation} of {self.row_table} {self.row_key}"
